"""Where the pages of a review's walk are; some stand before `urls.py`'s last route of a case."""

from django.urls import path

from seatrial.faces.web.pages import (
    certificates,
    check,
    coverage,
    inbox,
    integrity,
    obligations,
    sealed,
    team,
    trials,
    views_given,
)

urlpatterns = [
    path("submissions/<str:case>/view", views_given.view, name="give-view"),
    path("submissions/<str:case>/nondisclosure", obligations.nondisclosure, name="nondisclosure"),
    path("submissions/<str:case>/conflict", obligations.conflict, name="conflict"),
    path("submissions/<str:case>/certify", certificates.issue, name="issue"),
    path("sealed/<str:case>/<str:name>", sealed.sealed, name="sealed"),
    path("sealed/<str:case>/<str:name>/agree/<int:asked>", sealed.agree, name="agree-export"),
    path("sealed/<str:case>/<str:name>/take/<int:asked>", sealed.take, name="take-export"),
    path("submissions/<str:case>/trials", trials.trials, name="trials"),
    path("submissions/<str:case>/trials/<str:trial>", trials.trial, name="trial"),
    path("submissions/<str:case>/trials/<str:trial>/board", trials.board, name="trial-board"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("integrity/", integrity.integrity, name="integrity"),
    path("staffing/", team.staffing, name="staffing"),
    path("team/<str:case>", team.team, name="team"),
    path("team/<str:case>/release/<str:person>", team.release, name="release"),
    path("team/<str:case>/resolve/<str:person>", team.resolve, name="resolve-conflict"),
    path("coverage/", coverage.inquiries, name="inquiries"),
    path("coverage/ask", coverage.ask, name="ask-coverage"),
    path("coverage/<str:inquiry>", coverage.inquiry, name="inquiry"),
    path("coverage/<str:inquiry>/facts", coverage.facts, name="inquiry-facts"),
    path("coverage/<str:inquiry>/<str:kind>", coverage.step, name="inquiry-step"),
    path("certificates/<str:certificate>", certificates.certificate, name="certificate"),
    path("certificates/<str:certificate>/file", certificates.download, name="certificate-file"),
    path("certificates/<str:certificate>/revoke", certificates.revoke, name="revoke"),
    path("certificates/<str:certificate>/retest", certificates.retest, name="retest"),
    path("check/", check.check, name="check"),
    path("check/key", check.key, name="check-key"),
]
