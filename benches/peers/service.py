#!/usr/bin/env python3
"""naqi as a service against Trafilatura behind a minimal server: the same pages, the same client, in the same run.

    pip install trafilatura lxml_html_clean
    benches/peers/service.py PAGES [--naqi target/release/naqi] [--seconds 10] [--workers 2] [--clients 4]

PAGES is a folder of .html or .html.gz files. Prints pages a second and the latency of each, and how many times as fast naqi is.
The minimal server is Python's own, in as many processes as naqi has workers.
"""

import argparse
import gzip
import http.client
import http.server
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import trafilatura


def pages(folder):
    for path in sorted(pathlib.Path(folder).iterdir()):
        yield gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def trafilatura_server(listener):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # A head and a body in one piece each, at once.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self):
            page = self.rfile.read(int(self.headers["Content-Length"]))
            text = (trafilatura.extract(page) or "").encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket = listener
    server.serve_forever()


def load(port, path, corpus, seconds, clients):
    times, failed, position, lock, end = [], [0], [0], threading.Lock(), time.monotonic() + seconds

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < end:
            with lock:
                page = corpus[position[0] % len(corpus)]
                position[0] += 1
            begun = time.monotonic()
            connection.request("POST", path, page, {"Content-Type": "text/html"})
            answer = connection.getresponse()
            answer.read()
            with lock:
                times.append(time.monotonic() - begun)
                failed[0] += answer.status != 200

    threads = [threading.Thread(target=client) for _ in range(clients)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    times.sort()
    return len(times) / seconds, times[len(times) // 2] * 1000, times[len(times) * 99 // 100] * 1000, failed[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("--naqi", default="target/release/naqi")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--clients", type=int, default=4)
    arguments = parser.parse_args()
    corpus = list(pages(arguments.pages))
    print(f"{len(corpus)} pages of {sum(map(len, corpus)) // len(corpus) // 1000} KB on average, {arguments.workers} workers, {arguments.clients} clients")

    command = [arguments.naqi, "serve", "--listen", "127.0.0.1:0", "-j", str(arguments.workers)]
    service = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "NAQI_LOG": "warn"})
    port = int(re.search(r":(\d+)$", service.stderr.readline().strip()).group(1))
    naqi = load(port, "/v1/clean?emit=text", corpus, arguments.seconds, arguments.clients)
    service.terminate()
    service.wait()

    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]
    children = []
    for _ in range(arguments.workers):
        child = os.fork()
        if child == 0:
            trafilatura_server(listener)
        children.append(child)
    time.sleep(3)
    peer = load(port, "/", corpus, arguments.seconds, arguments.clients)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

    for name, (rate, middle, slow, failed) in (("naqi", naqi), ("trafilatura", peer)):
        print(f"{name:12} {rate:8.1f} pages/s   p50 {middle:7.2f} ms   p99 {slow:8.2f} ms   {failed} not answered with 200")
    print(f"naqi is {naqi[0] / peer[0]:.1f} times as fast")


if __name__ == "__main__":
    main()
