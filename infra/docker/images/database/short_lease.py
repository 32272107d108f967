"""
Lets cluster-settings.yml ask for a lease under 20 s. That is a bound of Patroni's on what may be configured (config.py), against
failovers without need; its protocol asks for loop_wait + 2 * retry_timeout <= ttl, which is 7 at least.
"""

from patroni.config import Config

LEAST_TTL_SECONDS = 7

adjust = Config._Config__get_and_maybe_adjust_int_value


def adjust_with_short_lease(self, config, param, min_value) -> int:
    return adjust(self, config, param, LEAST_TTL_SECONDS if param == "ttl" else min_value)


Config._Config__get_and_maybe_adjust_int_value = adjust_with_short_lease
