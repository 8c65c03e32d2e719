"""Where the pages of the programme as a whole are: rules, incidents, figures, ledger."""

from django.urls import path

from seatrial.faces.web.pages import audit, calendar, incidents, policies, rescans, transparency

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/open", incidents.open_by_hand, name="open-incident"),
    path("incidents/<str:incident>", incidents.incident, name="incident"),
    path("incidents/<str:incident>/read", incidents.read, name="read-incident"),
    path("incidents/<str:incident>/<str:kind>", incidents.step, name="incident-step"),
    path("ledger/", audit.ledger, name="ledger"),
    path("ledger/checkpoint", audit.checkpoint, name="checkpoint"),
    path("ledger/entries", audit.entries, name="entries"),
    path("ledger/entries/<int:index>", audit.entry, name="entry"),
    path("ledger/export", audit.take, name="take-ledger"),
    path("ledger/sign", audit.sign, name="sign-head"),
    path("ledger/sign-ins", audit.sign_ins, name="sign-ins"),
    path("rescans/", rescans.rescans, name="rescans"),
    path("rescans/order", rescans.order, name="order-rescan"),
    path("rescans/<str:rescan>", rescans.rescan, name="rescan"),
    path("rescans/<str:rescan>/board", rescans.board, name="rescan-board"),
    path("rescans/<str:rescan>/detector.toml", rescans.detector, name="rescan-detector"),
    path("rescans/<str:rescan>/cases/<str:case>", rescans.result, name="rescan-case"),
    path("transparency/", transparency.transparency, name="transparency"),
    path("transparency/<str:quarter>.csv", transparency.as_csv, name="figures-csv"),
    path("transparency/<str:quarter>.json", transparency.as_json, name="figures-json"),
    path("policy/", policies.policy, name="policy"),
    path("policy/new", policies.put_in_force, name="put-policy"),
    path("policy/<str:digest>.toml", policies.policy_file, name="policy-file"),
]
