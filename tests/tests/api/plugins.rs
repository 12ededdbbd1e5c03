//! Versions of plugins in a running host.

use super::*;

#[test]
fn a_plugin_is_pushed_and_made_live_but_not_rolled_back_to_nothing() {
    let listed = HOST.get("/api/v1/plugins").ok();
    let greeting = listed["plugins"]
        .as_array()
        .unwrap()
        .iter()
        .find(|plugin| plugin["name"] == "greeting")
        .unwrap()
        .clone();
    assert_eq!(greeting["origin"], "standard");
    let version = id(&greeting["version"]).to_owned();
    let (_, bytes) = standard_plugins()
        .find(|(name, _)| *name == "greeting")
        .unwrap();
    let put =
        |path: &str, headers: &[(&str, &str)], bytes: &[u8]| HOST.call("PUT", path, headers, bytes);
    let wasm = ("content-type", "application/wasm");
    let path = format!("/api/v1/plugins/greeting/{version}");
    let pushed = put(&path, &[wasm], bytes);
    assert_eq!(
        (pushed.status, &pushed.ok()["sha256"]),
        (201, &greeting["sha256"])
    );
    put("/api/v1/plugins/greeting/9.9.9", &[wasm], bytes).refused(409);
    put(
        &path,
        &[("content-type", "application/octet-stream")],
        bytes,
    )
    .refused(415);
    put(&path, &[wasm, ("content-encoding", "gzip")], bytes).refused(415);
    put(&path, &[wasm], b"not a component").refused(400);
    let live = HOST
        .post(
            "/api/v1/plugins/greeting/activate",
            &json!({"version": version}),
        )
        .ok();
    assert_eq!(live["previous"], version.as_str());
    HOST.post(
        "/api/v1/plugins/greeting/activate",
        &json!({"version": "9.9.9"}),
    )
    .refused(404);
    HOST.post(
        "/api/v1/plugins/greeting/activate",
        &json!({"vers": "9.9.9"}),
    )
    .refused(400);
    // It was live all the time: there is none before it.
    HOST.call("POST", "/api/v1/plugins/greeting/rollback", &[], b"")
        .refused(409);
}

#[test]
fn a_component_that_is_too_large_is_refused_before_it_is_sent() {
    let mut stream = TcpStream::connect(HOST.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let size = 32 * 1024 * 1024 + 1;
    write!(
        stream,
        "PUT /api/v1/plugins/a/1.0.0 HTTP/1.1\r\nhost: {}\r\ncontent-type: application/wasm\r\ncontent-length: {size}\r\n\r\n",
        HOST.address
    )
    .unwrap();
    stream.write_all(&vec![0; 2 * 1024 * 1024]).unwrap();
    let mut answer = [0; 32];
    let read = stream.read(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 413"));
}

#[test]
fn a_version_is_rehearsed_on_what_was_recorded_while_others_are_served() {
    HOST.message("rehearsed", "你好，请问几点下班？");
    let rehearse = |body: Value| HOST.post("/api/v1/plugins/triage/rehearse", &body);
    let told = rehearse(json!({ "version": "0.1.0", "examples": 1 })).ok();
    let report = &told["rehearsals"][0];
    assert_eq!(report["step"], "triage");
    assert!(report["calls"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["differing"], 0, "it is what was there then");
    assert!(
        rehearse(json!({ "version": "0.1.0", "days": 0 }))
            .refused(400)
            .contains("1 to 400")
    );
    assert!(
        rehearse(json!({ "version": "0.1.0", "examples": 21 }))
            .refused(400)
            .contains("0 to 20")
    );
    rehearse(json!({ "version": "9.9.9" })).refused(404);
}
