//! Servers that mean harm, and names that lead astray.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::*;
use crate::egress::rule::Rule;
use crate::egress::target::Origin;
use crate::egress::wire::Method;

#[path = "client_tests/kept.rs"]
mod kept;

const SHORT: Within = Within {
    time: Duration::from_millis(600),
    body: 64 << 10,
};

/// A server that does with each connection what it is told; gives what was sent to it.
fn server(
    answer: impl Fn(&mut TcpStream) + Send + Sync + 'static,
) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let theirs = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = request(&mut stream);
            theirs.lock().unwrap().push(request);
            answer(&mut stream);
        }
    });
    (port, seen)
}

/// The whole of a request: head and body may come one after the other.
fn request(stream: &mut TcpStream) -> String {
    let mut sent = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let read = stream.read(&mut buffer).unwrap_or(0);
        sent.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&sent).into_owned();
        let is_whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let head = head.to_lowercase();
            let length = head
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next()?.parse().ok());
            body.len() >= length.unwrap_or(0)
        });
        if read == 0 || is_whole {
            return text;
        }
    }
}

fn says(text: &'static str) -> impl Fn(&mut TcpStream) + Send + Sync {
    move |stream| drop(stream.write_all(text.as_bytes()))
}

fn rule(origin: &str, private: bool) -> Rule {
    Rule {
        origin: Origin::parse(origin).unwrap(),
        methods: vec![Method::Get, Method::Post],
        private,
        secrets: Default::default(),
    }
}

fn get(url: &str) -> Request {
    Request {
        method: Method::Get,
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
    }
}

fn ask(port: u16, path: &str) -> Result<Response, HttpError> {
    let origin = format!("http://127.0.0.1:{port}");
    let client = Client::new(&Authorities::default());
    client.send(
        &get(&format!("{origin}{path}")),
        &rule(&origin, true),
        "once",
        SHORT,
    )
}

#[test]
fn an_answer_comes_with_its_status_headers_and_text() {
    let (port, seen) = server(says(
        "HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\nX-A: b\r\nSet-Cookie: s=1\r\n\r\n没有",
    ));
    let answer = ask(port, "/orders/1?a=b").unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (404, "没有"));
    assert!(
        answer
            .headers
            .iter()
            .any(|header| header.name == "x-a" && header.value == "b")
    );
    assert!(
        answer
            .headers
            .iter()
            .all(|header| header.name != "set-cookie")
    );
    let sent = seen.lock().unwrap()[0].to_lowercase();
    assert!(sent.starts_with("get /orders/1?a=b http/1.1\r\n"), "{sent}");
    assert!(sent.contains("idempotency-key: once\r\n"), "{sent}");
    assert!(sent.contains("accept-encoding: identity\r\n"), "{sent}");
}

#[test]
fn a_body_is_sent_with_its_length_and_the_desks_secret_which_never_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("EGRESS_TEST_TOKEN"), "hunter2-hunter2\n").unwrap();
    let (port, seen) = server(|stream| {
        let echo = "you are Bearer hunter2-hunter2";
        drop(write!(
            stream,
            "HTTP/1.1 200 OK\r\nX-Echo: hunter2-hunter2\r\nContent-Length: {}\r\n\r\n{echo}",
            echo.len()
        ));
    });
    let origin = format!("http://127.0.0.1:{port}");
    let mut rule = rule(&origin, true);
    let text = crate::egress::SecretText::parse("Bearer ${EGRESS_TEST_TOKEN}").unwrap();
    rule.secrets.insert("authorization".to_owned(), text);
    let request = Request {
        method: Method::Post,
        url: format!("{origin}/x"),
        headers: vec![Header {
            name: "Content-Type".to_owned(),
            value: "application/json".to_owned(),
        }],
        body: Some("{\"单\":1}".to_owned()),
    };
    let client = Client::new(&Authorities::default());
    let missing = client.send(&request, &rule, "once", SHORT).unwrap_err();
    assert!(
        missing
            .to_string()
            .contains("EGRESS_TEST_TOKEN isn't there"),
        "{missing}"
    );
    assert!(
        seen.lock().unwrap().is_empty(),
        "nothing is sent without it"
    );
    crate::egress::secret::in_test_directory(dir.path());
    let answer = client.send(&request, &rule, "once", SHORT).unwrap();
    assert_eq!(answer.body, "you are Bearer ${EGRESS_TEST_TOKEN}");
    assert!(!format!("{answer:?}").contains("hunter2"));
    let sent = seen.lock().unwrap()[0].clone();
    assert!(
        sent.to_lowercase()
            .contains("authorization: bearer hunter2-hunter2\r\n"),
        "{sent}"
    );
    assert!(
        sent.to_lowercase().contains("content-length: 9\r\n") && sent.ends_with("{\"单\":1}"),
        "{sent}"
    );
}

#[test]
fn redirections_are_answers_and_arent_followed() {
    let (inner, inner_seen) = server(says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    let (port, _) = server(move |stream| {
        drop(write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inner}/\r\nContent-Length: 0\r\n\r\n"
        ));
    });
    let answer = ask(port, "/").unwrap();
    assert_eq!(answer.status, 302);
    assert!(inner_seen.lock().unwrap().is_empty());
}

#[test]
fn what_is_too_long_or_too_slow_is_cut_off_in_time() {
    let forever = |first: &'static str, more: &'static [u8], pause: u64| {
        server(move |stream| {
            let _ = stream.write_all(first.as_bytes());
            while stream.write_all(more).is_ok() {
                std::thread::sleep(Duration::from_millis(pause));
            }
        })
        .0
    };
    static BLOCK: [u8; 65_536] = [b'a'; 65_536];
    let large = "HTTP/1.1 200 OK\r\nContent-Length: 5368709120\r\n\r\n";
    let endless = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (port, too_large) in [
        (forever(large, &BLOCK, 0), true),
        (forever(large, b"a", 50), false),
        (forever(endless, b"5\r\naaaaa\r\n", 0), true),
        (forever(endless, b"1\r\na\r\n", 50), false),
        (
            forever(
                "HTTP/1.1 200 OK\r\n",
                b"X-Header: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
                0,
            ),
            true,
        ),
        (forever("HTTP/1.1 200 OK\r\n", b"X: a\r\n", 50), false),
        (forever("", b"HTTP/1.1 100 Continue\r\n\r\n", 50), false),
        (forever("", b"", 50), false),
    ] {
        let began = Instant::now();
        let error = ask(port, "/").unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(3), "{error:?}");
        match error {
            HttpError::TooLarge(_) => assert!(too_large, "{error:?}"),
            HttpError::Timeout(_) => assert!(!too_large, "{error:?}"),
            // Headers without an end are no answer to anybody.
            HttpError::Unreachable(_) => {}
            _ => panic!("{error:?}"),
        }
    }
}

#[test]
fn what_is_packed_stays_packed_and_what_is_no_text_is_no_answer() {
    let (port, _) = server(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00");
    });
    assert!(
        matches!(ask(port, "/").unwrap_err(), HttpError::Unreachable(why) if why.contains("UTF-8"))
    );
    let (port, _) = server(says("SMTP ready\r\n"));
    assert!(matches!(
        ask(port, "/").unwrap_err(),
        HttpError::Unreachable(_)
    ));
}

/// Answers with another list each time it is asked.
#[derive(Debug)]
struct Fickle {
    answers: Vec<Vec<IpAddr>>,
    asked: Arc<AtomicUsize>,
    port: u16,
}

impl Resolver for Fickle {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let turn = self
            .asked
            .fetch_add(1, Ordering::SeqCst)
            .min(self.answers.len() - 1);
        let mut found = self.empty();
        for address in &self.answers[turn] {
            found.push(SocketAddr::new(*address, self.port));
        }
        Ok(found)
    }
}

#[test]
fn a_name_is_looked_up_once_and_one_bad_address_among_good_ones_refuses_it() {
    let (port, seen) = server(says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    let ip = |text: &str| -> IpAddr { text.parse().unwrap() };
    let origin = format!("http://orders.example:{port}");
    let send = |answers: Vec<Vec<IpAddr>>, private: bool| {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let fickle = move || Fickle {
            answers: answers.clone(),
            asked: Arc::clone(&asked),
            port,
        };
        let client = Client::with(&Authorities::default(), Keeping::default(), fickle);
        let within = Within {
            time: Duration::from_millis(300),
            ..SHORT
        };
        let answer = client.send(
            &get(&format!("{origin}/")),
            &rule(&origin, private),
            "once",
            within,
        );
        (answer, count.load(Ordering::SeqCst))
    };
    // First the open network, then this machine: asked once, so the second answer never counts. (TEST-NET-1 counts as
    // private, so an address of the open network that nobody has stands for it.)
    let (answer, asked) = send(vec![vec![ip("240.0.0.1")], vec![ip("127.0.0.1")]], false);
    assert!(answer.is_err() && asked == 1);
    for bad in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fd00:ec2::254",
    ] {
        let (answer, _) = send(vec![vec![ip("93.184.216.34"), ip(bad)]], false);
        assert!(
            answer.unwrap_err().to_string().contains("leads to"),
            "{bad}"
        );
    }
    assert!(seen.lock().unwrap().is_empty(), "nobody came");
    // The desk's own word lets a private address in, but never the machine's secrets.
    assert_eq!(
        send(vec![vec![ip("127.0.0.1")]], true).0.unwrap().status,
        200
    );
    assert!(
        send(vec![vec![ip("169.254.169.254")]], true)
            .0
            .unwrap_err()
            .to_string()
            .contains("nobody calls")
    );
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[test]
fn two_hundred_spellings_of_places_that_are_nobodys_business_reach_none_of_them() {
    let (port, seen) = server(says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    let v6 = TcpListener::bind(("::1", port)).ok();
    let client = Client::new(&Authorities::default());
    let mut spellings: Vec<String> = [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "LocalHost.",
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0x7f.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "0177.0.0.1",
        "0177.1",
        "017700000001",
        "127.000.000.001",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "0x0",
        "00",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::0001]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[2002:7f00:0001::]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fec0::1]",
        "[fd00:ec2::254]",
        "[fc00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[::ffff:a9fe:a9fe]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "169.254.169.254",
        "169.254.43518",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "0xa9.0xfe.0xa9.0xfe",
        "10.0.0.1",
        "10.1",
        "167772161",
        "0xa.1",
        "012.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.1",
        "3232235521",
        "0xc0a80001",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "4294967295",
        "127\u{3002}0\u{3002}0\u{3002}1",
        "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
        "①②⑦.⓪.⓪.①",
        "user@127.0.0.1",
        "a:b@127.0.0.1",
        "api.example.com@127.0.0.1",
        "127.0.0.1%00.example.com",
        "127.0.0.1\\@example.com",
        "example.com\\@127.0.0.1",
        "127.0.0.1#.example.com",
        "127.0.0.1?.example.com",
        "[::1",
        "::1",
        "[::1]]",
        "127.0.0.1 ",
        " 127.0.0.1",
        "127.0.0.1\t",
        "127.0.0.1\r\nHost: x",
    ]
    .map(str::to_owned)
    .to_vec();
    for last in 1..=60 {
        spellings.push(format!("127.{last}.0.{last}"));
        spellings.push(format!("[::ffff:127.0.{last}.1]"));
        spellings.push(format!("{}", 0x7f00_0000_u32 + last));
    }
    assert!(spellings.len() >= 200);
    for host in &spellings {
        for url in [format!("http://{host}:{port}/"), format!("http://{host}/")] {
            // As if the desk had listed it, without the word that it means a private network.
            let refused = match Target::parse(&url) {
                Err(_) => true,
                Ok(target) => {
                    let rule = Rule {
                        origin: target.origin,
                        ..rule("http://h", false)
                    };
                    client.send(&get(&url), &rule, "once", SHORT).is_err()
                }
            };
            assert!(refused, "{url}");
        }
    }
    assert!(
        seen.lock().unwrap().is_empty(),
        "somebody came: {:?}",
        seen.lock().unwrap()
    );
    if let Some(v6) = v6 {
        v6.set_nonblocking(true).unwrap();
        assert!(v6.accept().is_err());
    }
}

#[test]
fn a_server_is_who_its_certificate_says_or_nobody() {
    let (port, pem) =
        crate::egress::tests_tls::server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let origin = format!("https://localhost:{port}");
    let ask = |authorities: &Authorities| {
        Client::new(authorities).send(
            &get(&format!("{origin}/")),
            &rule(&origin, true),
            "once",
            SHORT,
        )
    };
    let trusting = Authorities::from_pem(pem.as_bytes()).unwrap();
    assert_eq!(ask(&trusting).unwrap().body, "ok");
    assert!(matches!(
        ask(&Authorities::default()).unwrap_err(),
        HttpError::Unreachable(_)
    ));
    assert!(Authorities::from_pem(b"").is_err());
}
