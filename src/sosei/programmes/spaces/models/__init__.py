"""Tables of spaces, one subject a module."""

from sosei.programmes.spaces.models.bookings import (
    Block,
    Booking,
    BookingCancellation,
    BookingChange,
    Occupancy,
    Order,
    WaitingEntry,
)
from sosei.programmes.spaces.models.care import DamageReport, SearchMiss, SpaceReview, SpaceWish, WishOffer
from sosei.programmes.spaces.models.hosts import Host, UsageTerms, UserGroup
from sosei.programmes.spaces.models.ict import (
    CatalogueItem,
    IctLine,
    IctNeed,
    IctPartner,
    IctProposal,
    Installation,
    SpeedLog,
)
from sosei.programmes.spaces.models.keys import DoorCode, Lock, LockUse
from sosei.programmes.spaces.models.listings import (
    CalendarFeed,
    CalendarLink,
    Closure,
    Ladder,
    OpeningHour,
    Space,
    SpacePhoto,
)
from sosei.programmes.spaces.models.lotteries import Lottery, LotteryDraw, LotteryEntry, LotterySpace
from sosei.programmes.spaces.models.prices import Extra, PriceItem, PriceList
from sosei.programmes.spaces.models.search import SpaceIndex

__all__ = [
    "Block",
    "Booking",
    "BookingCancellation",
    "BookingChange",
    "CalendarFeed",
    "CalendarLink",
    "CatalogueItem",
    "Closure",
    "DamageReport",
    "DoorCode",
    "Extra",
    "Host",
    "IctLine",
    "IctNeed",
    "IctPartner",
    "IctProposal",
    "Installation",
    "Ladder",
    "Lock",
    "LockUse",
    "Lottery",
    "LotteryDraw",
    "LotteryEntry",
    "LotterySpace",
    "Occupancy",
    "OpeningHour",
    "Order",
    "PriceItem",
    "PriceList",
    "SearchMiss",
    "Space",
    "SpaceIndex",
    "SpacePhoto",
    "SpaceReview",
    "SpaceWish",
    "SpeedLog",
    "UsageTerms",
    "UserGroup",
    "WaitingEntry",
    "WishOffer",
]
