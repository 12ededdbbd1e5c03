//! Clients: so many connections kept open, each with one request under way at a time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::table::median;

/// How many messages a contact writes before another one takes its place.
const MESSAGES_OF_A_CONTACT: u64 = 5;

/// What customers write: the three languages, questions that articles answer, complaints, thanks, orders.
const TEXTS: [&str; 10] = [
    "你们周末几点开门？",
    "I want to complain: my order arrived broken and nobody answers me!",
    "請問運費怎麼算？寄到香港要幾天？",
    "收到的积木少了两块，我要投诉，订单号 20260310-1187。",
    "How long does shipping take?",
    "謝謝！",
    "发票怎么开？公司抬头可以吗？",
    "My remote-control car does not pair with the controller any more. Can it be repaired?",
    "我想買十盒當公司禮物，有優惠嗎？",
    "Thank you, that helped.",
];

/// Which of them are questions that articles answer.
const QUESTIONS: [u64; 2] = [0, 4];

/// What a phase of load showed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Phase {
    /// Requests answered.
    pub(crate) requests: u64,
    /// Answers a second.
    pub(crate) per_second: f64,
    /// The middle one of the waiting times, in milliseconds.
    pub(crate) middle_ms: f64,
}

/// Loads a server for a while. `name` is part of the contacts' names, so that each phase has its own.
pub(crate) fn load(
    address: SocketAddr,
    connections: u64,
    time: Duration,
    name: &str,
) -> anyhow::Result<Phase> {
    runtime()?.block_on(async {
        let began = Instant::now();
        let until = began + time;
        let clients: Vec<_> = (0..connections)
            .map(|connection| {
                tokio::spawn(client(
                    address,
                    until,
                    format!("{name}-{connection}"),
                    connection,
                ))
            })
            .collect();
        let mut waits = Vec::new();
        for client in clients {
            waits.extend(client.await??);
        }
        let took = began.elapsed();
        let requests = waits.len() as u64;
        let per_second = requests as f64 / took.as_secs_f64();
        Ok(Phase {
            requests,
            per_second,
            middle_ms: median(waits),
        })
    })
}

/// For clients: one thread, so that they take as little of the machine as they can.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// One connection; how long each of its requests took, in milliseconds.
async fn client(
    address: SocketAddr,
    until: Instant,
    name: String,
    mut turn: u64,
) -> anyhow::Result<Vec<f64>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut waits = Vec::new();
    let mut buffer = Vec::with_capacity(16 * 1024);
    while Instant::now() < until {
        let request = request(
            address,
            &name,
            waits.len() as u64 / MESSAGES_OF_A_CONTACT,
            turn,
        );
        turn += 1;
        let began = Instant::now();
        exchange(&mut stream, request.as_bytes(), &mut buffer).await?;
        waits.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(waits)
}

/// What customers write, in turn.
pub(crate) fn text(turn: u64) -> &'static str {
    let which = usize::try_from(turn).unwrap_or(0) % TEXTS.len();
    TEXTS.get(which).copied().unwrap_or_default()
}

fn request(address: SocketAddr, name: &str, contact: u64, turn: u64) -> String {
    posted(address, &format!("{name}-{contact}"), text(turn))
}

fn posted(address: SocketAddr, contact: &str, text: &str) -> String {
    let body = serde_json::json!({ "contact": contact, "text": text }).to_string();
    format!(
        "POST /api/v1/messages HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends a request and reads the whole answer into `buffer`.
async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &mut Vec<u8>,
) -> anyhow::Result<()> {
    stream.write_all(request).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let text =
            String::from_utf8_lossy(buffer.get(..head).unwrap_or_default()).to_ascii_lowercase();
        if !text.starts_with("http/1.1 20") {
            bail!("the server answered {}", String::from_utf8_lossy(buffer));
        }
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.context("the answer has no length")?.trim().parse()?;
        while buffer.len() < head + 4 + length {
            if stream.read_buf(buffer).await? == 0 {
                bail!("the answer ended early");
            }
        }
        return Ok(());
    }
}

/// A customer asks so many questions, one after the other.
pub(crate) fn talk(address: SocketAddr, contact: &str, messages: usize) -> anyhow::Result<()> {
    says(
        address,
        contact,
        QUESTIONS.map(text).into_iter().cycle().take(messages),
    )
}

/// Sends one message on a connection of its own.
pub(crate) fn one(address: SocketAddr) -> anyhow::Result<()> {
    says(address, "first-0", std::iter::once(text(1)))
}

/// A customer writes, each time after the answer to what was written before.
fn says(
    address: SocketAddr,
    contact: &str,
    texts: impl Iterator<Item = &'static str>,
) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut buffer = Vec::new();
        for text in texts {
            let request = posted(address, contact, text);
            exchange(&mut stream, request.as_bytes(), &mut buffer).await?;
        }
        Ok(())
    })
}

/// Sends bytes of a kind to a path, on a connection of its own.
pub(crate) fn send(
    address: SocketAddr,
    [method, path, kind]: [&str; 3],
    body: &[u8],
) -> anyhow::Result<()> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let request = [head.as_bytes(), body].concat();
    runtime()?.block_on(async {
        let mut stream = TcpStream::connect(address).await?;
        exchange(&mut stream, &request, &mut Vec::new()).await
    })
}
