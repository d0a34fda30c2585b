from __future__ import annotations

from uuid import UUID, uuid4

from django.urls import reverse, set_script_prefix

from dam.page_addresses import page_address, uid_address

UID = UUID("11111111-2222-4333-8444-555555555555")


def test_addresses_are_those_of_reverse():
    other = uuid4()

    assert page_address("photos") == reverse("photos")
    assert uid_address("photo", UID) == reverse("photo", args=[UID])
    assert uid_address("photo", other) == reverse("photo", args=[other])
    assert uid_address("face-tag-correct", UID, "hat") == reverse(
        "face-tag-correct", args=[UID, "hat"]
    )


def test_an_address_follows_where_the_service_is_mounted():
    uid_address("photo", UID)

    set_script_prefix("/facet/")
    try:
        mounted = uid_address("photo", UID)
    finally:
        set_script_prefix("/")

    assert mounted == f"/facet/photos/{UID}/"
