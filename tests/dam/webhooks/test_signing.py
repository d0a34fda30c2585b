from __future__ import annotations

from dam.webhooks.signing import new_secret, sign


def test_signature_is_the_one_that_is_documented():
    # printf '1700000000.{"event":"ping"}' | openssl dgst -sha256 -hmac whsec_test
    signature = sign(b'{"event":"ping"}', keys=["whsec_test"], at=1_700_000_000)

    assert (
        signature
        == "t=1700000000,v1=aa8efe37b751e71157c508c5ac4acb1e9fe5225db98355dfc00f4b680afbc447"
    )


def test_each_secret_signs():
    old, new, both = (sign(b"{}", keys=keys, at=1) for keys in (["old"], ["new"], ["new", "old"]))

    assert both == f"{new},{old.removeprefix('t=1,')}"


def test_no_secret_is_made_twice():
    assert new_secret() != new_secret()
