"""What stands in for `python`: hands its call and its streams to the server, and ends as what ran there ended.

Run as `python -I -S client.py SOCKET PYTHON ARGUMENT...`; PYTHON is started where the server says that it is not fit.
It loads nothing but what is built in, because it is started for every call.
"""

import _socket
import marshal
import posix
import sys

UNFIT = b"unfit"
where, python, *arguments = sys.argv[1:]
call = marshal.dumps((posix.getcwd(), list(posix.environ.items()), arguments))
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect(where)
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
server.sendmsg([len(call).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
sent = 0
while sent < len(call):
    sent += server.send(call[sent:])
told = server.recv(16)
if told == UNFIT:
    posix.execve(python, [python, *arguments], posix.environ)
ended = int(told or b"70")
if ended < 0:
    posix.kill(posix.getpid(), -ended)
posix._exit(ended)
