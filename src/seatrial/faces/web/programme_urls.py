"""Where the pages of the programme as a whole are: rules, incidents, figures, ledger."""

from django.urls import path

from seatrial.faces.web.pages import incidents, policies

urlpatterns = [
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/open", incidents.open_by_hand, name="open-incident"),
    path("incidents/<str:incident>", incidents.incident, name="incident"),
    path("incidents/<str:incident>/read", incidents.read, name="read-incident"),
    path("incidents/<str:incident>/<str:kind>", incidents.step, name="incident-step"),
    path("policy/", policies.policy, name="policy"),
    path("policy/new", policies.put_in_force, name="put-policy"),
    path("policy/<str:digest>.toml", policies.policy_file, name="policy-file"),
]
