from __future__ import annotations

import socket
import subprocess
import sys
import threading
from types import SimpleNamespace

import icmplib
import pytest

from tests.loopback_web import PATIENCE_S, serving
from wix_printer_service.clock import SystemClock
from wix_printer_service.connectivity_probes import InternetProbe
from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.settings import Connectivity

TIMEOUT_S = 5.0
"""For what answers: long enough for a busy machine."""
SHORT_S = 0.3
"""For what never answers."""
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")


@pytest.fixture
def web():
    with serving() as served:
        yield served


@pytest.fixture
def answering():
    """Make hosts on loopback answer on one port, as name servers do on port 53."""
    sockets = []

    def answer(*hosts):
        port = 0
        for host in hosts:
            listener = socket.create_server((host, port))
            port = listener.getsockname()[1]
            sockets.append(listener)
        return port

    yield answer
    for listener in sockets:
        listener.close()


@pytest.fixture
def no_icmp(monkeypatch):
    """As on a plain Debian: ICMP is not allowed."""
    asked = []

    def ping(host, **_):
        asked.append(host)
        raise icmplib.SocketPermissionError(privileged=False)

    monkeypatch.setattr(icmplib, "ping", ping)
    return asked


@pytest.fixture
def icmp(monkeypatch):
    """ICMP whose answers a test sets: by host the time in milliseconds, None for a loss."""
    answers = dict.fromkeys(HOSTS, 12.0)

    def ping(host, *, count, timeout, privileged):
        assert (count, privileged) == (1, False)
        assert timeout in {TIMEOUT_S, SHORT_S}
        return SimpleNamespace(is_alive=answers[host] is not None, avg_rtt=answers[host])

    monkeypatch.setattr(icmplib, "ping", ping)
    return answers


@pytest.fixture
def hanging_ping(monkeypatch):
    """ICMP that takes longer than it should, until the test is over."""
    let_go = threading.Event()

    def ping(*_, **__):
        let_go.wait(PATIENCE_S)
        raise icmplib.TimeoutExceeded(SHORT_S)

    monkeypatch.setattr(icmplib, "ping", ping)
    yield
    let_go.set()


@pytest.fixture
def hanging_names(monkeypatch):
    """Name servers that are away: a look-up hangs until the test lets it go."""
    let_go = threading.Event()

    def hang(*_, **__):
        let_go.wait(PATIENCE_S)
        raise socket.gaierror(socket.EAI_AGAIN, "temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield let_go
    let_go.set()


def settings(url=None, hosts=HOSTS, timeout_s=TIMEOUT_S, **others):
    return Connectivity(hosts=hosts, portal_check_url=url, probe_timeout_s=timeout_s, **others)


def verdict(observation):
    return observation.state, observation.cause


# --- the internet ---------------------------------------------------------------------------------


def test_when_all_hosts_and_the_page_answer_the_internet_is_online(icmp, web):
    assert verdict(InternetProbe(settings(web.url))()) == (ComponentState.ONLINE, Cause.FINE)
    assert icmp


def test_when_some_hosts_do_not_answer_it_is_degraded(icmp, web):
    icmp["127.0.0.2"] = None

    observation = InternetProbe(settings(web.url))()

    assert verdict(observation) == (ComponentState.DEGRADED, Cause.PARTIAL_LOSS)
    assert observation.text == "2 of 3 hosts in the internet answer"


def test_when_all_answers_are_slow_it_is_degraded(icmp, web):
    icmp.update(dict.fromkeys(HOSTS, 700.0))

    observation = InternetProbe(settings(web.url, high_latency_s=0.5))()

    assert verdict(observation) == (ComponentState.DEGRADED, Cause.HIGH_LATENCY)
    assert observation.text == "hosts in the internet take 0.7 s to answer"


def test_one_distant_host_does_not_make_the_line_slow(icmp):
    icmp["127.0.0.3"] = 700.0

    assert verdict(InternetProbe(settings())()) == (ComponentState.ONLINE, Cause.FINE)


def test_when_no_host_answers_in_either_way_it_is_offline(icmp, answering):
    icmp.update(dict.fromkeys(HOSTS))
    port = answering("127.0.0.9")  # a port that none of the hosts listens on

    observation = InternetProbe(settings(), port)()

    assert verdict(observation) == (ComponentState.OFFLINE, Cause.UNREACHABLE)


@pytest.mark.usefixtures("no_icmp")
def test_where_icmp_is_not_allowed_hosts_are_asked_by_tcp(answering):
    port = answering(*HOSTS)

    assert verdict(InternetProbe(settings(), port)()) == (ComponentState.ONLINE, Cause.FINE)


@pytest.mark.usefixtures("no_icmp")
def test_a_host_that_refuses_connections_has_not_answered(answering):
    port = answering(*HOSTS[:2])

    observation = InternetProbe(settings(), port)()

    assert verdict(observation) == (ComponentState.DEGRADED, Cause.PARTIAL_LOSS)


def test_that_icmp_is_not_allowed_is_remembered(no_icmp, answering):
    probe = InternetProbe(settings(), answering(*HOSTS))

    probe()
    probe()

    assert sorted(no_icmp) == sorted(HOSTS)


def test_where_icmp_is_lost_on_the_way_tcp_tells_and_that_is_remembered(icmp, answering):
    icmp.update(dict.fromkeys(HOSTS))
    probe = InternetProbe(settings(), answering(*HOSTS))
    assert verdict(probe()) == (ComponentState.ONLINE, Cause.FINE)

    icmp.clear()  # another ping would fail

    assert verdict(probe()) == (ComponentState.ONLINE, Cause.FINE)


@pytest.mark.usefixtures("hanging_ping")
def test_a_ping_that_hangs_does_not_keep_it_from_asking_by_tcp(answering):
    probe = InternetProbe(settings(timeout_s=SHORT_S), answering(*HOSTS))

    assert verdict(probe()) == (ComponentState.ONLINE, Cause.FINE)


def test_an_outage_does_not_make_it_give_up_icmp(icmp, answering):
    icmp.update(dict.fromkeys(HOSTS))
    probe = InternetProbe(settings(), answering("127.0.0.9"))
    probe()

    icmp.update(dict.fromkeys(HOSTS, 12.0))

    assert verdict(probe()) == (ComponentState.ONLINE, Cause.FINE)


@pytest.mark.usefixtures("hanging_names", "no_icmp")
def test_it_takes_bounded_time_though_name_servers_are_away():
    clock = SystemClock()
    probe = InternetProbe(settings(hosts=("one.example", "two.example"), timeout_s=SHORT_S))
    threads = threading.active_count()
    began_s = clock.monotonic()

    first, second = probe(), probe()

    assert clock.monotonic() - began_s < PATIENCE_S / 2
    assert verdict(first) == verdict(second) == (ComponentState.OFFLINE, Cause.UNREACHABLE)
    assert threading.active_count() - threads <= 2  # what hangs is not asked again


def test_it_recovers_from_look_ups_that_hung(hanging_names, no_icmp, answering, monkeypatch):
    port = answering("127.0.0.1")
    probe = InternetProbe(settings(hosts=("one.example",), timeout_s=SHORT_S), port)
    probe()
    before = {thread for thread in threading.enumerate() if thread.name.startswith("ask-")}

    hanging_names.set()
    for thread in before:
        thread.join(PATIENCE_S)
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))],
    )

    assert no_icmp
    assert verdict(probe()) == (ComponentState.ONLINE, Cause.FINE)


def test_a_host_whose_name_is_nonsense_has_not_answered(answering):
    port = answering("127.0.0.1")
    hosts = ("127.0.0.1", "bad..name", "x" * 70 + ".example")

    observation = InternetProbe(settings(hosts=hosts), port)()

    assert verdict(observation) == (ComponentState.DEGRADED, Cause.PARTIAL_LOSS)


# --- the page that a captive portal would answer --------------------------------------------------


@pytest.mark.usefixtures("icmp")
@pytest.mark.parametrize("status", [200, 403, 511])
def test_a_page_with_another_answer_is_a_captive_portal(web, status):
    web.status = status

    observation = InternetProbe(settings(web.url))()

    assert verdict(observation) == (ComponentState.OFFLINE, Cause.CAPTIVE_PORTAL)


@pytest.mark.usefixtures("icmp")
def test_a_page_that_sends_elsewhere_is_a_captive_portal_and_is_not_followed(web):
    web.status = 302
    web.headers = {"Location": f"http://127.0.0.1:{web.port}/log-in"}

    observation = InternetProbe(settings(web.url))()

    assert verdict(observation) == (ComponentState.OFFLINE, Cause.CAPTIVE_PORTAL)
    assert [path for path, _ in web.asked] == ["/generate_204"]
    assert "sends to 127.0.0.1" in observation.text


def test_a_portal_is_told_of_though_hosts_are_lost_as_well(icmp, web):
    icmp["127.0.0.2"] = None
    web.status = 200

    assert InternetProbe(settings(web.url))().cause is Cause.CAPTIVE_PORTAL


@pytest.mark.usefixtures("icmp")
def test_a_page_that_never_answers_is_no_portal_and_does_not_make_it_offline(web):
    web.hurry.clear()

    observation = InternetProbe(settings(web.url, timeout_s=SHORT_S))()

    assert verdict(observation) == (ComponentState.DEGRADED, Cause.NO_ANSWER)


@pytest.mark.usefixtures("icmp")
def test_a_page_whose_host_refuses_does_not_make_it_offline(answering):
    port = answering("127.0.0.9")

    observation = InternetProbe(settings(f"http://127.0.0.1:{port}/"))()

    assert verdict(observation) == (ComponentState.DEGRADED, Cause.REFUSED)


@pytest.mark.usefixtures("icmp")
def test_a_page_whose_name_is_unknown_tells_that_names_cannot_be_looked_up(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    observation = InternetProbe(settings("http://page.example/generate_204"))()

    assert verdict(observation) == (ComponentState.DEGRADED, Cause.UNKNOWN_NAME)
    assert observation.text.startswith("page.example is a name that cannot be looked up")


@pytest.mark.usefixtures("icmp", "hanging_names")
def test_a_page_whose_name_hangs_is_waited_for_in_bounded_time():
    clock = SystemClock()
    began_s = clock.monotonic()

    observation = InternetProbe(settings("http://page.example/generate_204", timeout_s=SHORT_S))()

    assert clock.monotonic() - began_s < PATIENCE_S / 2
    assert verdict(observation) == (ComponentState.DEGRADED, Cause.NO_ANSWER)


@pytest.mark.usefixtures("icmp")
def test_a_proxy_from_the_environment_is_not_asked(web, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")

    assert verdict(InternetProbe(settings(web.url))()) == (ComponentState.ONLINE, Cause.FINE)


@pytest.mark.usefixtures("icmp")
@pytest.mark.parametrize("url", ["nonsense", "http://", "http://[::1", "ftp://127.0.0.1/"])
def test_a_page_with_a_nonsense_address_does_not_make_it_offline(url):
    assert InternetProbe(settings(url))().state is ComponentState.DEGRADED


@pytest.mark.usefixtures("icmp")
@pytest.mark.parametrize("location", ["http://[::", "//" + "a" * 5000, "?", "http://"])
def test_a_portal_may_send_to_any_nonsense(web, location):
    web.status = 302
    web.headers = {"Location": location}

    observation = InternetProbe(settings(web.url))()

    assert verdict(observation) == (ComponentState.OFFLINE, Cause.CAPTIVE_PORTAL)
    assert len(observation.text) < 500


# --- with the kernel's own ICMP -------------------------------------------------------------------

LOOK_BY_ICMP = """
from wix_printer_service.connectivity_probes import InternetProbe
from wix_printer_service.settings import Connectivity
hosts = ("127.0.0.1", "::1", "192.0.2.1")
print(InternetProbe(Connectivity(hosts=hosts, portal_check_url=None), 9)().text)
"""
IN_A_NETWORK_OF_ITS_OWN = (
    "ip link set lo up && echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range"
    ' && exec "$0" -c "$1"'
)


def test_the_kernels_unprivileged_icmp_is_understood():
    command = ["unshare", "--net", "sh", "-c", IN_A_NETWORK_OF_ITS_OWN]
    try:
        done = subprocess.run(
            [*command, sys.executable, LOOK_BY_ICMP], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if done.returncode and "wix_printer_service" not in done.stderr:
        pytest.skip(f"no network of its own here: {done.stderr.strip()}")

    assert done.stdout == "2 of 3 hosts in the internet answer\n", done.stderr
