# shellcheck shell=bash
# worker-build: turns the edge crate into what the Workers runtime loads.

worker_build_folder=$tools/worker-build-$worker_build_version

worker_build_ready() { [[ -x $worker_build_folder/bin/worker-build ]]; }

worker_build_install() { cargo_tool "$worker_build_folder" worker-build "$worker_build_version" --locked --bin worker-build; }
