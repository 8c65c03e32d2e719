"""Where each page is."""

from django.urls import include, path

from seatrial.faces.web.pages import account, health, home

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("account", account.account, name="account"),
    path("account/", include("allauth.urls")),
]
