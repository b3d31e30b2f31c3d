"""What is kept."""

from django.db import models


class Order(models.Model):
    item = models.CharField(max_length=100)
    taken = models.DateTimeField(auto_now_add=True)
    confirmed = models.DateTimeField(null=True)
