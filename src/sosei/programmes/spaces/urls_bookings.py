"""Addresses of booking: the public page, one's own bookings, those without an account, the host's desk, the town's day."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import (
    bookings_blocks,
    bookings_book,
    bookings_cancel,
    bookings_change,
    bookings_furigana,
    bookings_host,
    bookings_lookup,
    bookings_mine,
    bookings_office,
    bookings_order,
    bookings_pay,
)

_SPACE = "<code>/spaces/<int:space_id>"
_MINE = "me/spaces/orders/<str:number>"
_LINK = "bookings/<str:number>"
_HOST = "<code>/host/<int:host_id>"
_HOSTED = f"{_HOST}/orders/<str:number>"

urlpatterns = [
    path(f"{_SPACE}/book", bookings_book.book, name="book"),
    path(f"{_SPACE}/book/price", bookings_book.live, name="book-live"),
    path(f"{_SPACE}/wait", bookings_mine.join, name="wait"),
    path("spaces/furigana", bookings_furigana.switch, name="furigana"),
    # One's own
    path("me/spaces", bookings_mine.my_spaces, name="my-spaces"),
    path("me/spaces/bookings", bookings_mine.my_bookings, name="my-bookings"),
    path("me/spaces/waiting", bookings_mine.my_waiting, name="my-waiting"),
    path("me/spaces/waiting/<int:entry_id>", bookings_mine.take, name="my-offer"),
    path("me/spaces/waiting/<int:entry_id>/leave", bookings_mine.leave, name="my-waiting-leave"),
    path(_MINE, bookings_order.my_order, name="my-order"),
    path(f"{_MINE}/done", bookings_order.my_done, name="my-order-done"),
    path(f"{_MINE}/paper", bookings_order.my_paper, name="my-order-paper"),
    path(f"{_MINE}/calendar.ics", bookings_order.my_calendar, name="my-order-calendar"),
    path(f"{_MINE}/message", bookings_order.my_message, name="my-order-message"),
    path(f"{_MINE}/pay", bookings_pay.my_pay, name="my-order-pay"),
    path(f"{_MINE}/cancel", bookings_cancel.my_cancel, name="my-order-cancel"),
    path(f"{_MINE}/change/<int:booking_id>", bookings_change.my_change, name="my-order-change"),
    # Without an account
    path("bookings/", bookings_lookup.look_up, name="look-up"),
    path(_LINK, bookings_order.link_order, name="link-order"),
    path(f"{_LINK}/done", bookings_order.link_done, name="link-order-done"),
    path(f"{_LINK}/paper", bookings_order.link_paper, name="link-order-paper"),
    path(f"{_LINK}/calendar.ics", bookings_order.link_calendar, name="link-order-calendar"),
    path(f"{_LINK}/message", bookings_order.link_message, name="link-order-message"),
    path(f"{_LINK}/pay", bookings_pay.link_pay, name="link-order-pay"),
    path(f"{_LINK}/cancel", bookings_cancel.link_cancel, name="link-order-cancel"),
    path(f"{_LINK}/change/<int:booking_id>", bookings_change.link_change, name="link-order-change"),
    path(f"{_LINK}/<str:secret>", bookings_lookup.opened, name="link-open"),
    # The host's desk
    path(f"{_HOST}/calendar", bookings_host.week, name="host-calendar"),
    path(f"{_HOST}/requests", bookings_host.requests, name="host-requests"),
    path(f"{_HOST}/bookings", bookings_host.listed, name="host-bookings"),
    path(f"{_HOST}/bookings.csv", bookings_host.listed_file, name="host-bookings-file"),
    path(f"{_HOST}/blocks", bookings_blocks.blocks, name="host-blocks"),
    path(f"{_HOST}/blocks/<int:block_id>/end", bookings_blocks.unblock, name="host-unblock"),
    path(f"{_HOST}/phone", bookings_host.phone, name="host-phone"),
    path(f"{_HOST}/phone/<int:space_id>", bookings_book.host_book, name="host-book"),
    path(f"{_HOST}/phone/<int:space_id>/price", bookings_book.host_live, name="host-book-live"),
    path(_HOSTED, bookings_order.host_order, name="host-order"),
    path(f"{_HOSTED}/paper", bookings_order.host_paper, name="host-order-paper"),
    path(f"{_HOSTED}/calendar.ics", bookings_order.host_calendar_file, name="host-order-calendar"),
    path(f"{_HOSTED}/message", bookings_order.host_message, name="host-order-message"),
    path(f"{_HOSTED}/cancel", bookings_cancel.host_cancel, name="host-order-cancel"),
    path(f"{_HOSTED}/change/<int:booking_id>", bookings_change.host_change, name="host-order-change"),
    path(f"{_HOSTED}/answer/<int:booking_id>", bookings_host.host_answer, name="host-order-answer"),
    # The town's day
    path("<code>/office/spaces/bookings", bookings_office.today, name="office-bookings"),
]
