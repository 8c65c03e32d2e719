"""Where the pages of the programme as a whole are: rules, incidents, figures, ledger."""

from django.urls import path

from seatrial.faces.web.pages import policies

urlpatterns = [
    path("policy/", policies.policy, name="policy"),
    path("policy/new", policies.put_in_force, name="put-policy"),
    path("policy/<str:digest>.toml", policies.policy_file, name="policy-file"),
]
