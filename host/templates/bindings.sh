#!/usr/bin/env bash
# Generates the bindings of the C and Go templates from the contract again. Run it after a change in wit/; needs
# wit-bindgen (cargo install --locked wit-bindgen-cli@0.63.0) and Go for gofmt.
set -euo pipefail
cd "$(dirname "$0")/plugin"
contract=../../../wit/0.1.1

wit-bindgen c "$contract" --world step --out-dir c/bindings

generated=$(mktemp -d)
trap 'rm -rf "$generated"' EXIT
wit-bindgen go "$contract" --world step --out-dir "$generated"
# As packages of the project itself: nothing is downloaded to build it. bindings/wit and bindings/runtime are ours.
for package in "$generated"/switchboard_plugin_* "$generated"/wit_world; do
    name=$(basename "$package")
    name=${name#switchboard_plugin_}
    rm -rf "go/bindings/$name"
    cp -r "$package" "go/bindings/$name"
    echo "// Lets the package declare functions that the host has." >"go/bindings/$name/empty.s"
done
cp "$generated/wit_exports.go" go/main.go
find go/bindings go/main.go -name '*.go' -print0 | xargs -0 sed -i \
    -e 's#"wit_component/export_wit_world"#export_wit_world "switchboard/step"#' \
    -e 's#"wit_component/switchboard_plugin_#"switchboard/bindings/#' \
    -e 's#"wit_component/wit_world"#"switchboard/bindings/wit_world"#' \
    -e 's#"go.bytecodealliance.org/pkg/wit/types"#"switchboard/bindings/wit"#' \
    -e 's#"go.bytecodealliance.org/pkg/wit/runtime"#"switchboard/bindings/runtime"#' \
    -e 's#switchboard_plugin_\([a-z]*\)\.#\1.#g' \
    -e 's#^package switchboard_plugin_#package #'
gofmt -w go/bindings go/main.go
