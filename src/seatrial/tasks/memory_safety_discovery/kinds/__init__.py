"""Kinds of programs: outer structures around the same features."""

from seatrial.tasks.memory_safety_discovery.kinds.chunked import ChunkedImage
from seatrial.tasks.memory_safety_discovery.kinds.directives import DirectiveFile
from seatrial.tasks.memory_safety_discovery.kinds.frame import Kind
from seatrial.tasks.memory_safety_discovery.kinds.lister import ArchiveLister
from seatrial.tasks.memory_safety_discovery.kinds.machine import StackMachine
from seatrial.tasks.memory_safety_discovery.kinds.messages import MessageSession
from seatrial.tasks.memory_safety_discovery.kinds.replayer import LogReplayer

KINDS: tuple[Kind, ...] = (
    ChunkedImage(),
    MessageSession(),
    StackMachine(),
    LogReplayer(),
    ArchiveLister(),
    DirectiveFile(),
)
