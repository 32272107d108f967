"""What Prometheus and the other nodes are told. What never happened is left out: absent() finds it."""

import http.server
import threading

from . import disk, pages, reserve, settings


class State:
    """What the watcher knows now."""

    def __init__(self) -> None:
        self.unhealthy_seconds = 0.0
        self.cannot: str | None = None
        self.checker = pages.Checker()


def text(state: State) -> str:
    known = pages.known()
    checker = state.checker
    remade = settings.read_record(settings.remade_record)
    volume = disk.look()
    rows = [
        ("unhealthy_seconds", "For how long this node is not healthy and gets no further.", state.unhealthy_seconds),
        ("cannot_be_mended", "Whether something is wrong that stays so by itself.", int(state.cannot is not None)),
        ("remade_timestamp_seconds", "When this node was last remade from the primary.", remade.get("at")),
        ("pages_damaged_blocks", "Blocks whose checksum is wrong, at two looks.", len(known.get("damaged", []))),
        ("pages_last_pass_timestamp_seconds", "When every page had last been checked.", known.get("finishedAt")),
        ("pages_last_pass_duration_seconds", "How long the last pass over all pages took.", known.get("seconds")),
        ("pages_last_pass_bytes", "What the last pass over all pages has read.", known.get("bytes")),
        ("pages_checked_bytes_total", "What was checked since the watcher began.", checker.checked_bytes),
        ("pages_passes_total", "Complete passes over all pages since the watcher began.", checker.passes),
        ("refuses_writes", "Whether it takes no writes until there is space.", int(reserve.refuses_writes())),
        ("disk_size_bytes", "The disk that the data lies on.", volume and volume.size_bytes),
        ("disk_available_bytes", "What is left of it.", volume and volume.available_bytes),
        ("disk_inodes", "Its inodes; 0 where there is no fixed number.", volume and volume.inodes),
        ("disk_inodes_free", "What is left of them.", volume and volume.inodes_free),
    ]
    lines = []
    for name, description, value in rows:
        kind = "counter" if name.endswith("_total") else "gauge"
        lines.append(f"# HELP capstone_node_{name} {description}\n# TYPE capstone_node_{name} {kind}\n")
        if value is not None:
            lines.append(f"capstone_node_{name} {value}\n")
    return "".join(lines)


def serve_beside(state: State) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = text(state).encode() if self.path == "/metrics" else b""
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments) -> None:
            """Every scrape in the log would be noise."""

    server = http.server.ThreadingHTTPServer(("0.0.0.0", settings.metrics_port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
