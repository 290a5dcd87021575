"""milvus-lite as a server: python milvus_server.py FOLDER PORT. It says "ready" when it listens."""

import sys

from milvus_lite.adapter.grpc.server import start_server_in_thread

server, _, _ = start_server_in_thread(sys.argv[1], port=int(sys.argv[2]))
print("ready", flush=True)
server.wait_for_termination()
