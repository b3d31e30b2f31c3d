"""GET /orders lists, POST /orders takes one, GET /health is for machines."""

from django.http import HttpResponse, JsonResponse

import shop
from shop.orders.models import Order
from shop.orders.tasks import confirm


def health(request):
    # A migration that is missing shows here, and the upgrade is taken back.
    Order.objects.exists()
    return HttpResponse("ok\n", content_type="text/plain")


def orders(request):
    if request.method == "POST":
        order = Order.objects.create(item=request.POST["item"])
        confirm.delay(order.pk)
        return JsonResponse({"number": order.pk}, status=201)
    listed = [
        {"number": order.pk, "item": order.item, "confirmed": order.confirmed is not None}
        for order in Order.objects.order_by("pk")
    ]
    return JsonResponse({"version": shop.__version__, "orders": listed})
