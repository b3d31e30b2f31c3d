"""Where everything is."""

from django.conf import settings
from django.urls import path, re_path
from django.views.static import serve

from shop.orders import views

urlpatterns = [
    path("health", views.health),
    path("orders", views.orders),
    # A web server in front would serve /opt/shop/current/static itself.
    re_path(r"^static/(?P<path>.*)$", serve, {"document_root": settings.STATIC_ROOT}),
]
