"""What the worker does."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from shop.orders.models import Order


@shared_task
def confirm(number):
    Order.objects.filter(pk=number).update(confirmed=timezone.now())


@shared_task
def expire():
    """Forgets what nobody confirmed for a day; beat asks for it."""
    Order.objects.filter(confirmed=None, taken__lt=timezone.now() - timedelta(days=1)).delete()
