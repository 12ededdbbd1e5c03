//! A browser that tests drive: Chromium through its WebDriver.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);
/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How a session's window is.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// CSS pixels.
    pub(crate) width: u32,
    /// CSS pixels.
    pub(crate) height: u32,
    /// Whether the person prefers dark pages.
    pub(crate) dark: bool,
    /// What the browser accepts, such as `zh-CN`.
    pub(crate) language: &'static str,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 800,
            dark: false,
            language: "en",
        }
    }
}

/// A fresh browser with nothing kept in it. Ends with the value.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
    _profile: TempDir,
}

/// Something on a page.
#[derive(Clone)]
pub(crate) struct Element(String);

impl Browser {
    /// A browser of the usual size.
    pub(crate) fn open() -> Self {
        Self::looking(Look::default())
    }

    /// A browser of that look.
    pub(crate) fn looking(look: Look) -> Self {
        let (driver, port) = started();
        let profile = TempDir::new().unwrap();
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(90)))
            .build()
            .into();
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            // A frame of another site lives in the page's own process, where the driver reaches it.
            "--disable-site-isolation-trials",
            "--disable-features=IsolateOrigins,site-per-process",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        arguments.push(format!("--window-size={},{}", look.width, look.height));
        arguments.push(format!("--lang={}", look.language));
        arguments.push(format!("--accept-lang={}", look.language));
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments, "prefs": {"intl.accept_languages": look.language}},
            "goog:loggingPrefs": {"browser": "ALL"},
            "pageLoadStrategy": "normal",
        }}});
        let base = format!("http://127.0.0.1:{port}/session");
        let made = send(&agent, "POST", &base, &wanted);
        let id = made["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("no browser: {made}"));
        let browser = Self {
            driver,
            session: format!("{base}/{id}"),
            agent,
            _profile: profile,
        };
        browser.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": look.width < 500}),
        );
        let scheme = if look.dark { "dark" } else { "light" };
        browser.cdp(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
        // Before any script of any page: what the content security policy had to stop, and what must never happen.
        browser.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({"source": "window.__violations = []; document.addEventListener('securitypolicyviolation', \
                (event) => window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));"}),
        );
        browser
    }

    /// A command of the session.
    fn command(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.attempt(method, path, body);
        assert!(
            answer.get("error").is_none(),
            "{method} {path}: {}",
            answer["message"]
        );
        answer
    }

    fn attempt(&self, method: &str, path: &str, body: Value) -> Value {
        send(
            &self.agent,
            method,
            &format!("{}{path}", self.session),
            &body,
        )
    }

    /// A command of the developer tools.
    pub(crate) fn cdp(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.command("POST", "/goog/cdp/execute", body)
    }

    /// Opens an address.
    pub(crate) fn go(&self, address: &str) {
        self.command("POST", "/url", json!({"url": address}));
    }

    /// Loads the page again.
    pub(crate) fn reload(&self) {
        self.command("POST", "/refresh", json!({}));
    }

    /// What a script gives; `arguments` is what it is called with.
    pub(crate) fn script(&self, script: &str, arguments: Value) -> Value {
        let body = json!({"script": script, "args": arguments});
        self.command("POST", "/execute/sync", body)
    }

    /// The elements of a selector that are there now.
    pub(crate) fn all(&self, selector: &str) -> Vec<Element> {
        let body = json!({"using": "css selector", "value": selector});
        let found = self.command("POST", "/elements", body);
        let ids = found.as_array().unwrap().iter();
        ids.map(|id| Element(id[ELEMENT].as_str().unwrap().to_owned()))
            .collect()
    }

    /// The first element of a selector, once it is there.
    pub(crate) fn find(&self, selector: &str) -> Element {
        let mut found = None;
        self.until(selector, || {
            found = self.all(selector).into_iter().next();
            found.is_some()
        });
        found.unwrap()
    }

    /// Waits for something.
    pub(crate) fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            if began.elapsed() > PATIENCE {
                let said = self.script("return document.body.innerText", json!([]));
                let path =
                    std::env::temp_dir().join(format!("switchboard-{}.png", std::process::id()));
                self.write_picture(&path);
                panic!(
                    "waited in vain for {what}; {} shows the page, which says {said}",
                    path.display()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until a selector's element shows this text.
    pub(crate) fn shows(&self, selector: &str, text: &str) {
        self.until(&format!("{text:?} in {selector}"), || {
            let script = "return [...document.querySelectorAll(arguments[0])].some((found) => \
                found.checkVisibility() && found.innerText.includes(arguments[1]))";
            self.holds(script, json!([selector, text]))
        });
    }

    /// Whether a script says true; a page that is just being left says nothing.
    fn holds(&self, script: &str, arguments: Value) -> bool {
        let body = json!({"script": script, "args": arguments});
        self.attempt("POST", "/execute/sync", body) == json!(true)
    }

    /// The texts of a selector's elements.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((found) => found.textContent)";
        let found = self.script(script, json!([selector]));
        serde_json::from_value(found).unwrap()
    }

    /// Clicks the first element of a selector, once it is there.
    pub(crate) fn click(&self, selector: &str) {
        let Element(id) = self.find(selector);
        let began = Instant::now();
        // It may still be moving, or hidden behind what just closes.
        loop {
            let answer = self.attempt("POST", &format!("/element/{id}/click"), json!({}));
            if answer.get("error").is_none() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{selector}: {answer}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Clicks what sends a form and waits for the page that answers: what the old page still shows isn't taken for its answer.
    pub(crate) fn submit(&self, selector: &str) {
        self.script("document.documentElement.dataset.left = ''", json!([]));
        self.click(selector);
        self.until(&format!("the answer to {selector}"), || {
            let script = "return document.readyState === 'complete' && !('left' in document.documentElement.dataset)";
            self.holds(script, json!([]))
        });
    }

    /// Types into the first element of a selector, as on a keyboard. `\u{e007}` is Enter.
    pub(crate) fn keys(&self, selector: &str, text: &str) {
        let Element(id) = self.find(selector);
        self.command(
            "POST",
            &format!("/element/{id}/value"),
            json!({"text": text}),
        );
    }

    /// Puts a text into a field at once, whatever is in it, as pasting does.
    pub(crate) fn fill(&self, selector: &str, text: &str) {
        self.find(selector);
        let script = "const field = document.querySelector(arguments[0]); field.focus(); \
            field.setRangeText(arguments[1], 0, field.value.length, 'end'); \
            field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        self.script(script, json!([selector, text]));
    }

    /// Goes on in the frame that a script gives.
    pub(crate) fn enter_frame(&self, script: &str) {
        let mut frame = Value::Null;
        self.until("the frame", || {
            frame = self.script(script, json!([]));
            !frame.is_null()
        });
        self.command("POST", "/frame", json!({"id": frame}));
    }

    /// Goes on in the page itself.
    pub(crate) fn leave_frame(&self) {
        self.command("POST", "/frame", json!({"id": null}));
    }

    /// Keeps a cookie for the site that is open.
    pub(crate) fn cookie(&self, name: &str, value: &str) {
        let cookie =
            json!({"cookie": {"name": name, "value": value, "path": "/", "httpOnly": true}});
        self.command("POST", "/cookie", cookie);
    }

    /// A picture of the whole page, however long, where `SWITCHBOARD_PICTURES` names a directory.
    pub(crate) fn whole_picture(&self, name: &str) {
        let Some(dir) = std::env::var_os("SWITCHBOARD_PICTURES") else {
            return;
        };
        let taken = self.cdp(
            "Page.captureScreenshot",
            json!({"captureBeyondViewport": true}),
        );
        let bytes = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(PathBuf::from(dir).join(format!("{name}.png")), bytes).unwrap();
    }

    /// Pulls the network cable, or plugs it in again.
    pub(crate) fn offline(&self, offline: bool) {
        self.cdp("Network.enable", json!({}));
        self.cdp(
            "Network.emulateNetworkConditions",
            json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}),
        );
    }

    /// Where `SWITCHBOARD_PICTURES` names a directory: writes a picture of the page there, for people to look at.
    pub(crate) fn picture(&self, name: &str) {
        let Some(dir) = std::env::var_os("SWITCHBOARD_PICTURES") else {
            return;
        };
        // Whatever moves in has arrived.
        std::thread::sleep(Duration::from_millis(300));
        self.write_picture(&PathBuf::from(dir).join(format!("{name}.png")));
    }

    fn write_picture(&self, path: &Path) {
        let taken = self.command("GET", "/screenshot", Value::Null);
        let text = taken.as_str().unwrap();
        std::fs::write(path, STANDARD.decode(text).unwrap()).unwrap();
    }

    /// What the browser complained about since the last time, and what the content security policy stopped.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.command("POST", "/se/log", json!({"type": "browser"}));
        let mut complaints: Vec<String> = log
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect();
        let stopped = self.script("return window.__violations ?? []", json!([]));
        complaints.extend(
            stopped
                .as_array()
                .unwrap()
                .iter()
                .map(|stopped| format!("stopped: {stopped}")),
        );
        complaints
    }

    /// Nothing of what strangers wrote ran.
    pub(crate) fn is_unharmed(&self) {
        let pwned = self.script("return window.__pwned ?? null", json!([]));
        assert_eq!(pwned, Value::Null, "a text ran as script");
        assert_eq!(self.complaints(), Vec::<String>::new());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self
            .agent
            .delete(&self.session)
            .call()
            .map(|mut answer| answer.body_mut().read_to_string());
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A driver and its port. Drivers that start at the same moment may choose one port: whoever doesn't get it ends.
fn started() -> (Child, u16) {
    for _ in 0..5 {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is missing: .ci/browser installs it");
        if let Some(port) = port_of(&mut driver) {
            return (driver, port);
        }
        let _ = driver.kill();
        let _ = driver.wait();
    }
    panic!("chromedriver found no port in five tries");
}

/// The port that a driver says it listens on; none: it ended before.
fn port_of(driver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = lines.by_ref().find_map(|line| {
        let line = line.ok()?;
        let (_, port) = line.split_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // Whatever else it says must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    port
}

fn send(agent: &ureq::Agent, method: &str, address: &str, body: &Value) -> Value {
    let text = match method {
        "POST" => body.to_string(),
        _ => String::new(),
    };
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(address)
        .header("content-type", "application/json")
        .body(text)
        .unwrap();
    let mut answer = agent.run(request).unwrap();
    let answer: Value = answer
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_json()
        .unwrap();
    answer["value"].clone()
}
