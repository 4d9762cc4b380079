import pytest
def test_migrates(db):
    from sosei.core.payments.models import Bill
    assert list(Bill.objects.with_standing().owing()) == []
