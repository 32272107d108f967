"""The edge's program, asked as HAProxy asks it: sock_get_old_sockets in its src/sock.c."""

import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

IMAGE = os.path.join(os.path.dirname(__file__), "../../../../../infra/docker/images/edge")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def ask(path: str, question: bytes = b"_getsocks\n") -> socket.socket:
    door = socket.socket(socket.AF_UNIX)
    door.settimeout(5)
    try:
        door.connect(path)
        door.sendall(question)
    except OSError:
        door.close()
        raise
    return door


def take(path: str) -> list[socket.socket]:
    with ask(path) as door:
        (count,) = struct.unpack("i", door.recv(4, socket.MSG_WAITALL))
        described, taken, _, _ = socket.recv_fds(door, 4096, count)
        door.sendall(struct.pack("i", len(taken)))
        assert len(taken) == count and described == bytes(6 * count), (count, taken, described)
        return [socket.socket(fileno=number) for number in taken]


def count_and_close(listeners: list[socket.socket]) -> int:
    for listener in listeners:
        listener.close()
    return len(listeners)


class Edge(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = os.path.join(self.directory.name, "edge.sock")
        self.ports = [free_port(), free_port()]
        self.start()

    def start(self) -> None:
        environment = {"PORTS": " ".join(map(str, self.ports)), "EDGE_SOCKET": self.path}
        self.edge = subprocess.Popen(
            [sys.executable, os.path.join(IMAGE, "hold-listeners")], env=environment, stdout=subprocess.DEVNULL
        )
        self.addCleanup(self.edge.wait)
        self.addCleanup(self.edge.kill)
        self.wait_for_door()

    def wait_for_door(self) -> None:
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            try:
                ask(self.path, b"GET / HTTP/1.1\r\n").close()
                return
            except OSError:
                time.sleep(0.02)
        self.fail("nobody answers at the socket")

    def test_hands_each_proxy_the_same_sockets(self) -> None:
        first, second = take(self.path), take(self.path)
        for port, one, other in zip(self.ports, first, second, strict=True):
            self.assertEqual(one.getsockname(), ("0.0.0.0", port))
            self.assertEqual(os.fstat(one.fileno()).st_ino, os.fstat(other.fileno()).st_ino)
        count_and_close(first + second)

    def test_keeps_connections_that_arrive_while_there_is_no_proxy(self) -> None:
        count_and_close(take(self.path))
        with socket.create_connection(("127.0.0.1", self.ports[0]), timeout=5) as client:
            client.sendall(b"waits")
            listeners = take(self.path)
            listeners[0].settimeout(5)
            accepted, _ = listeners[0].accept()
            self.assertEqual(accepted.recv(5), b"waits")
            accepted.close()
            count_and_close(listeners)

    def test_goes_on_after_strange_questions_and_broken_connections(self) -> None:
        with ask(self.path, b"GET / HTTP/1.1\r\n\r\n") as stranger:
            self.assertEqual(stranger.recv(4), b"")
        ask(self.path).close()
        with ask(self.path, b"") as silent:
            self.assertEqual(silent.recv(4), b"")
        self.assertEqual(count_and_close(take(self.path)), 2)

    def test_is_another_one_after_a_restart(self) -> None:
        before = os.stat(self.path).st_ino
        self.edge.kill()
        self.edge.wait()
        # As on the tmpfs of a stack, which counts its inodes; another file system may give a number again.
        os.link(self.path, os.path.join(self.directory.name, "before"))
        self.start()
        self.assertNotEqual(os.stat(self.path).st_ino, before)
        self.assertEqual(count_and_close(take(self.path)), 2)


if __name__ == "__main__":
    unittest.main()
