//! The demo desk is compiled into the binary: a change to it is a change to the binary.

fn main() {
    println!("cargo::rerun-if-changed=../examples/blue-whale-toys");
}
