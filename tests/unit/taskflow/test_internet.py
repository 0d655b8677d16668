"""What is public, against the registries of special addresses, however one is written."""

import pytest

from taskflow.internet import is_public, parsed

INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 100.100.100.200 127.0.0.1
127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.254
192.0.0.1 192.0.0.170 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:7f00:1
64:ff9b::127.0.0.1 64:ff9b::a00:1 64:ff9b::169.254.169.254 64:ff9b:1::8.8.8.8 64:ff9b:1::7f00:1
100::1 2001::1 2001:0:7f00:1::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::
2002:a00:1::1 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fec0::1 ff02::1
ff0e::1 4000::1
"""
OUTSIDE = """
1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 172.15.255.255
172.32.0.1 192.0.1.1 192.167.255.255 198.17.255.255 198.20.0.1 223.255.255.255
::ffff:8.8.8.8 64:ff9b::808:808 2606:4700::1111 2a00:1450:4001:81b::200e 2620:fe::fe
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_what_could_lead_inside_is_not_public(address: str) -> None:
    assert not is_public(parsed(address))


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_the_rest_of_the_internet_is(address: str) -> None:
    assert is_public(parsed(address))


@pytest.mark.parametrize("text", ["fe80::1%eth0", "2606:4700::1%1", "127.1", "010.0.0.1", "x", ""])
def test_an_address_has_one_writing(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsed(text)
