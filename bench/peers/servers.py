"""The servers under test: how each is started and stopped, and what it uses."""

import ctypes
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
# How long a server may take to start, and to stop before it is killed, in seconds.
START, STOP = 60, 15
# Must be understood as a complaint and become a ticket by each server.
COMPLAINT = {"contact": "first", "text": "I want to complain: my order arrived broken and nobody answers me!"}


class Server:
    """One server: `commands` starts its processes, `path` is where messages are posted."""

    path = "/api/v1/messages"
    # How long each load takes: many times as long as an answer.
    seconds = 2

    def __init__(self, name: str, data: Path, *installed: Path):
        self.name, self.data, self.installed = name, data, installed
        self.processes: list[subprocess.Popen] = []
        self.port = 0

    def commands(self) -> list[tuple[list, dict]]:
        """Each process's command and what its environment has besides."""
        raise NotImplementedError

    def prepare(self):
        """What an empty data directory needs before the processes start."""

    def introduce(self):
        """What the processes must be told once, after they started with an empty data directory."""

    def start(self) -> float:
        """Starts the processes; seconds until the first message was answered."""
        empty = not self.data.exists()
        if empty:
            self.data.mkdir()
            self.prepare()
        self.port = free_port()
        commands = self.commands()
        began = time.monotonic()
        for command, environment in commands:
            self.processes.append(spawn(command, environment, self.data))
        if empty:
            self.introduce()
        answer = self.until(lambda: post(self.port, self.path, COMPLAINT))
        took = time.monotonic() - began
        if answer.get("category") != "complaint" or not answer.get("tickets"):
            raise SystemExit(f"{self.name} does another job: {answer}")
        return took

    def until(self, attempt):
        """What `attempt` returns, as soon as it returns something."""
        ends = time.monotonic() + START
        while time.monotonic() < ends:
            for process in self.processes:
                if process.poll() is not None:
                    raise SystemExit(f"{self.name} ended: {read(self.data / 'log')[-2000:]}")
            try:
                if answer := attempt():
                    return answer
            # While n8n starts, it answers with a sentence instead of JSON.
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                pass
            time.sleep(0.005)
        raise SystemExit(f"{self.name} did not answer within {START} s: {read(self.data / 'log')[-2000:]}")

    def signal(self, number: signal.Signals):
        """To all processes and their children."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, number)

    def pause(self):
        """Until it is resumed, the server takes nothing of the processors' time."""
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def stop(self):
        for process in self.processes:
            process.terminate()
        self.resume()
        for process in self.processes:
            try:
                process.wait(STOP)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes = []

    def processor_seconds(self) -> float:
        """Used so far by all processes and by those of their children that have ended."""
        # The program's name, in brackets, may hold blanks; utime, stime, cutime and cstime come 12th after it.
        fields = [read(f"/proc/{pid}/stat").rpartition(")")[2].split() for pid in self.family()]
        return sum(sum(map(int, some[11:15])) for some in fields) / TICKS

    def memory(self) -> tuple[float, float]:
        """Resident MiB of all processes: now, and the sum of what each had at most."""
        now = most = 0
        for pid in self.family():
            fields = dict(line.split(":", 1) for line in read(f"/proc/{pid}/status").splitlines())
            now += int(fields.get("VmRSS", "0 kB").split()[0])
            most += int(fields.get("VmHWM", "0 kB").split()[0])
        return now / 1024, most / 1024

    def family(self) -> list[int]:
        """The processes and all their descendants."""
        found = [process.pid for process in self.processes]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found.extend(map(int, read(children).split()))
        return found


class Switchboard(Server):
    def commands(self):
        arguments = ["serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.data / "data"]
        # Or the first start would find plugins that another run had compiled.
        return [([self.installed[0], *arguments], {"RUST_LOG": "warn", "XDG_CACHE_HOME": str(self.data / "cache")})]


class NodeRed(Server):
    def __init__(self, name: str, data: Path, node: Path, folder: Path, steps: str):
        super().__init__(name, data, folder / "node-red", folder / steps)
        self.node, self.red, self.steps = node, folder / "node-red", {"STEPS": str(folder / steps / "steps.mjs")}

    def prepare(self):
        with open(self.data / "flow.json", "wb") as flow:
            subprocess.run([self.node, self.red / "flow.mjs"], env=self.steps, stdout=flow, check=True)
        shutil.copy(self.red / "settings.cjs", self.data)

    def commands(self):
        red = self.red / "node_modules/node-red/red.js"
        arguments = ["--userDir", self.data, "--settings", self.data / "settings.cjs"]
        environment = {"PORT": str(self.port), "NODE_ENV": "production"}
        return [([self.node, red, *arguments], environment | self.steps)]


class Restate(Server):
    path = "/desk/message"

    def __init__(self, name: str, data: Path, node: Path, folder: Path, steps: str, **settings: str):
        super().__init__(name, data, folder / "restate", folder / steps)
        self.node, self.restate, self.settings = node, folder / "restate", settings
        self.steps = {"STEPS": str(folder / steps / "steps.mjs")}
        # Restate keeps where its service is.
        self.service_port = free_port()

    def introduce(self):
        uri = {"uri": f"http://127.0.0.1:{self.service_port}"}
        self.until(lambda: post(self.admin_port, "/deployments", uri))

    def commands(self):
        self.admin_port = free_port()
        [server] = self.restate.glob("node_modules/@restatedev/restate-server-*/bin/restate-server")
        # The defaults, except for addresses and the log.
        settings = {
            "RESTATE_LISTEN_MODE": "tcp",
            "RESTATE_BIND_IP": "127.0.0.1",
            "RESTATE_BIND_PORT": str(free_port()),
            "RESTATE_ADMIN__BIND_PORT": str(self.admin_port),
            "RESTATE_INGRESS__BIND_PORT": str(self.port),
            "RESTATE_NODE_NAME": "bench",
            "RESTATE_DISABLE_TELEMETRY": "true",
            "RUST_LOG": "warn",
        }
        service = {"PORT": str(self.service_port), "NODE_ENV": "production", "RESTATE_LOGGING": "WARN"}
        return [
            ([server, "--no-logo", "--base-dir", self.data / "data"], settings | self.settings),
            ([self.node, self.restate / "service.mjs"], service | self.steps),
        ]


class N8n(Server):
    path = "/webhook/messages"
    # With 32 connections, an answer may take some seconds.
    seconds = 20

    def __init__(self, name: str, data: Path, node: Path, folder: Path, steps: str, **settings: str):
        super().__init__(name, data, folder / "n8n", folder / steps)
        self.node, self.n8n, self.settings = node, folder / "n8n", settings
        self.steps = {"STEPS": str(folder / steps / "steps.mjs")}

    def introduce(self):
        # As its editor does it: this version can't activate what its command line has imported.
        headers = {"content-type": "application/json"}

        def tell(path: str, body: dict) -> dict | None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("POST", f"/rest/{path}", json.dumps(body), headers)
                answer = connection.getresponse()
                if cookie := answer.getheader("set-cookie"):
                    headers["cookie"] = cookie.partition(";")[0]
                return json.loads(answer.read())["data"] if answer.status == 200 else None
            finally:
                connection.close()

        workflow = json.loads(subprocess.check_output([self.node, self.n8n / "workflow.mjs"], env=self.steps))
        owner = {"email": "owner@example.com", "firstName": "Desk", "lastName": "Owner", "password": "Complaint1"}
        self.until(lambda: tell("owner/setup", owner))
        kept = self.until(lambda: tell("workflows", workflow))
        self.until(lambda: tell(f"workflows/{kept['id']}/activate", {"versionId": kept["versionId"]}))

    def commands(self):
        # The defaults (SQLite, executions saved), except for the address and the log; without the editor and telemetry.
        settings = {
            "N8N_LISTEN_ADDRESS": "127.0.0.1",
            "N8N_PORT": str(self.port),
            "N8N_USER_FOLDER": str(self.data),
            "N8N_LOG_LEVEL": "warn",
            "N8N_DISABLE_UI": "true",
            "N8N_DIAGNOSTICS_ENABLED": "false",
            "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
            "N8N_TEMPLATES_ENABLED": "false",
            # Its Code nodes may have no module otherwise.
            "NODE_FUNCTION_ALLOW_EXTERNAL": "desk",
            "NODE_ENV": "production",
        }
        return [([self.node, self.n8n / "node_modules/n8n/bin/n8n", "start"], settings | self.settings | self.steps)]


def spawn(command: list, environment: dict, data: Path) -> subprocess.Popen:
    """A process in a group of its own, which the kernel ends if this program is killed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    end_with_parent = ctypes.CDLL(None).prctl
    with open(data / "log", "ab") as log:
        return subprocess.Popen(
            list(map(str, command)),
            env=kept | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(1, signal.SIGKILL),
        )


def post(port: int, path: str, body: dict) -> dict | None:
    """The answer; nothing if it isn't a good one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        return json.loads(text) if answer.status in (200, 201) else None
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def read(path) -> str:
    """A file's text; nothing if there is none, as in /proc when a process has ended."""
    try:
        return Path(path).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
