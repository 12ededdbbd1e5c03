//! Connections that are kept for a moment: for whom, how long, and never against the rule.

use super::*;

/// A server that keeps connections open and answers `most` requests on each; gives the number of the connection of each
/// request that came.
fn keeping_server(most: usize) -> (u16, Arc<Mutex<Vec<usize>>>) {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let theirs = Arc::clone(&seen);
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let (mut stream, seen) = (stream.unwrap(), Arc::clone(&theirs));
            std::thread::spawn(move || {
                for _ in 0..most {
                    if request(&mut stream).is_empty() {
                        return;
                    }
                    seen.lock().unwrap().push(number);
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                }
                // As if it had never heard of keeping connections open, and without a word of it.
            });
        }
    });
    (port, seen)
}

/// Sends for a step, and says over which connection each request came.
fn sent_for(client: &Client, rule: &Rule, step: &str, method: Method) {
    let request = Request {
        method,
        body: method.has_body().then(String::new),
        ..get(&format!("{}/", rule.origin))
    };
    let answer = client
        .send_for(step, &request, rule, "once", SHORT)
        .unwrap();
    assert_eq!(answer.body, "ok");
}

#[test]
fn a_step_that_reads_again_has_its_connection_and_nobody_else_has_it() {
    let (port, seen) = keeping_server(usize::MAX);
    let client = Client::new(&Authorities::default());
    let own = rule(&format!("http://127.0.0.1:{port}"), true);
    let mut secret = own.clone();
    let text = serde_json::from_str("\"${PATH}\"").unwrap();
    secret.secrets.insert("x-key".to_owned(), text);
    let mut wider = own.clone();
    wider.methods.push(Method::Delete);
    for (rule, step, method, connection) in [
        // Kept from the second on.
        (&own, "one", Method::Get, 0),
        (&own, "one", Method::Get, 1),
        (&own, "one", Method::Get, 1),
        (&own, "two", Method::Get, 2),
        (&own, "two", Method::Get, 3),
        (&own, "two", Method::Get, 3),
        (&secret, "one", Method::Get, 4),
        (&secret, "one", Method::Get, 5),
        (&secret, "one", Method::Get, 5),
        (&wider, "one", Method::Get, 6),
        // What does something has a connection of its own, each time.
        (&own, "one", Method::Post, 7),
        (&own, "one", Method::Post, 8),
        (&own, "one", Method::Get, 1),
        (&secret, "one", Method::Get, 5),
    ] {
        sent_for(&client, rule, step, method);
        assert_eq!(
            seen.lock().unwrap().last(),
            Some(&connection),
            "{step} {method}"
        );
    }
}

#[test]
fn a_connection_that_the_server_has_closed_meanwhile_costs_nobody_an_answer() {
    let (port, seen) = keeping_server(1);
    let client = Client::new(&Authorities::default());
    let own = rule(&format!("http://127.0.0.1:{port}"), true);
    for _ in 0..20 {
        sent_for(&client, &own, "one", Method::Get);
    }
    assert_eq!(seen.lock().unwrap().len(), 20);
}

#[test]
fn a_name_that_leads_elsewhere_is_followed_after_a_moment_and_refused_at_once_where_nobody_may_go()
{
    let (port, seen) = keeping_server(usize::MAX);
    let ip = |text: &str| -> IpAddr { text.parse().unwrap() };
    let client = |answers: &[&str]| {
        let answers: Vec<Vec<IpAddr>> = answers.iter().map(|text| vec![ip(text)]).collect();
        let asked = Arc::new(AtomicUsize::new(0));
        let keeping = Keeping {
            idle: Duration::from_millis(200),
            longest: Duration::from_millis(500),
        };
        Client::with(&Authorities::default(), keeping, move || Fickle {
            answers: answers.clone(),
            asked: Arc::clone(&asked),
            port,
        })
    };
    let rule = rule(&format!("http://orders.example:{port}"), true);
    // Kept or not, each request looks where the name leads.
    let here = "127.0.0.1";
    let steady = client(&[here, here, here, "169.254.169.254"]);
    for _ in 0..3 {
        sent_for(&steady, &rule, "one", Method::Get);
    }
    let url = format!("{}/", rule.origin);
    let refused = steady.send_for("one", &get(&url), &rule, "once", SHORT);
    assert!(refused.unwrap_err().to_string().contains("nobody calls"));
    assert_eq!(*seen.lock().unwrap(), [0, 1, 1]);

    let moved = client(&[here, here, here, "127.0.0.2"]);
    for _ in 0..3 {
        sent_for(&moved, &rule, "one", Method::Get);
    }
    std::thread::sleep(Duration::from_millis(250));
    sent_for(&moved, &rule, "one", Method::Get);
    assert_eq!(
        *seen.lock().unwrap(),
        [0, 1, 1, 2, 3, 3, 4],
        "after a moment without requests"
    );

    // Nor does being busy keep it for ever.
    let began = Instant::now();
    let busy = client(&[here]);
    while began.elapsed() < Duration::from_millis(800) {
        sent_for(&busy, &rule, "one", Method::Get);
        std::thread::sleep(Duration::from_millis(20));
    }
    let seen = seen.lock().unwrap();
    assert!(seen.last().is_some_and(|last| *last >= 7), "{seen:?}");
    assert!(seen.len() > 10);
}
