"""Where each page is."""

from django.urls import include, path

from seatrial.faces.web.pages import account, health, home, invitations, parties

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("account", account.account, name="account"),
    path("account/", include("allauth.urls")),
    path("invitation/<str:party>/<str:invitation>/<str:code>", invitations.accept, name="accept"),
    path("parties/", parties.parties, name="parties"),
    path("parties/register", parties.register, name="register-party"),
    path("people/", parties.people, name="people"),
    path("people/take-back/<str:invitation>", parties.take_back, name="take-back"),
]
