"""Addresses of lotteries: for everybody, one's own, a host's."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import lotteries, lotteries_host, lotteries_mine

urlpatterns = [
    path("me/spaces/lotteries", lotteries_mine.my_lotteries, name="my-lotteries"),
    path("me/spaces/lotteries/<int:entry_id>", lotteries_mine.take, name="my-lottery-take"),
    path("me/spaces/lotteries/<int:entry_id>/withdraw", lotteries_mine.withdraw, name="my-lottery-withdraw"),
    path("<code>/spaces/lotteries", lotteries.lotteries, name="lotteries"),
    path("<code>/spaces/lotteries/<int:lottery_id>", lotteries.lottery, name="lottery"),
    path("<code>/spaces/lotteries/<int:lottery_id>/enter", lotteries_mine.enter, name="lottery-enter"),
    path("<code>/spaces/lotteries/<int:lottery_id>/check", lotteries.check, name="lottery-check"),
    path("<code>/spaces/lotteries/<int:lottery_id>/check.csv", lotteries.entries_csv, name="lottery-csv"),
    path("<code>/host/<int:host_id>/lotteries", lotteries_host.lotteries, name="host-lotteries"),
    path("<code>/host/<int:host_id>/lotteries/new", lotteries_host.announce, name="host-lottery-new"),
    path("<code>/host/<int:host_id>/lotteries/<int:lottery_id>", lotteries_host.lottery, name="host-lottery"),
]
