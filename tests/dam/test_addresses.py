from __future__ import annotations

import ipaddress

import pytest

from dam.addresses import host_is_listed, is_public, may_be_asked, read_networks, resolve


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_address_that_is_not_of_the_open_internet_is_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)
def test_address_of_the_open_internet_is_public(address):
    assert is_public(ipaddress.ip_address(address))


def test_private_network_may_be_asked_where_it_is_named():
    networks = read_networks(["10.1.0.0/16", "fd00::/8"])

    assert may_be_asked(ipaddress.ip_address("10.1.2.3"), networks=networks)
    assert not may_be_asked(ipaddress.ip_address("10.2.2.3"), networks=networks)


def test_host_is_listed_by_itself_or_by_what_it_is_below():
    hosts = ["Photos.example.org", ".example.net"]

    assert host_is_listed("photos.EXAMPLE.org.", hosts=hosts)
    assert host_is_listed("a.b.example.net", hosts=hosts)
    assert not host_is_listed("example.net", hosts=hosts)
    assert not host_is_listed("photos.example.org.evil.example", hosts=hosts)
    assert not host_is_listed("badexample.net", hosts=hosts)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"])
def test_other_spellings_of_this_machine_are_seen_through(host):
    places = resolve(host, 80, seconds=5)

    assert places
    assert not any(is_public(place.address) for place in places)


def test_zone_of_an_address_is_left_out():
    (place, *_) = resolve("fe80::1%lo", 80, seconds=5)

    assert place.address == ipaddress.ip_address("fe80::1")


def test_name_that_cannot_be_one_is_not_found():
    with pytest.raises(OSError, match="not the name of a host"):
        resolve("a" * 70 + ".example", 80, seconds=5)
