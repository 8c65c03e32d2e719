"""Where each page is."""

from django.urls import include, path

from seatrial.faces.web.pages import (
    account,
    act,
    health,
    home,
    invitations,
    membership,
    parties,
    submissions,
    tokens,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("account", account.account, name="account"),
    path("account/", include("allauth.urls")),
    path("api/", include("seatrial.faces.api.urls")),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:number>/revoke", tokens.revoke, name="revoke-token"),
    path("invitation/<str:party>/<str:invitation>/<str:code>", invitations.accept, name="accept"),
    path("parties/", parties.parties, name="parties"),
    path("parties/register", parties.register, name="register-party"),
    path("parties/<str:party>/leave", membership.leave, name="leave-party"),
    path("people/", parties.people, name="people"),
    path("people/<str:person>/change", membership.change, name="change-person"),
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/draft", submissions.draft, name="draft"),
    path("submissions/<str:case>", submissions.submission, name="submission"),
    path("", include("seatrial.faces.web.review_urls")),
    path("", include("seatrial.faces.web.programme_urls")),
    path("submissions/<str:case>/<str:kind>", act.act, name="act"),
    path("people/take-back/<str:invitation>", parties.take_back, name="take-back"),
]

handler400 = "seatrial.faces.api.urls.bad_request"
handler500 = "seatrial.faces.web.failing.server_error"
