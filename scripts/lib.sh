# What the scripts share: words for the terminal, stamps by content, long steps. Sourced, from the project's root; POSIX sh.

say() { printf '%s\n' "$*"; }

# One sentence that says what to do, and the end.
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# content_hash PATH...: one hash for the names and contents of all files named or under the folders named.
content_hash() {
    find "$@" -name __pycache__ -prune -o -type f ! -name '*.pyc' -print | LC_ALL=C sort | tr '\n' '\0' |
        xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

# stamped FILE HASH: whether FILE says that HASH is what was built.
stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# long_step LABEL COMMAND...: run it with a line at the start, every 15 s and at the end; its status is the command's.
long_step() {
    step_label=$1
    shift
    step_start=$(date +%s)
    say "$step_label…"
    "$@" &
    step_pid=$!
    # A command in the background does not receive Ctrl-C by itself.
    trap 'kill "$step_pid" 2>/dev/null; wait "$step_pid"; exit 130' INT TERM HUP
    step_next=15
    while kill -0 "$step_pid" 2>/dev/null; do
        sleep 0.2
        step_elapsed=$(($(date +%s) - step_start))
        if [ "$step_elapsed" -ge "$step_next" ]; then
            say "  $step_label: $step_elapsed s"
            step_next=$((step_next + 15))
        fi
    done
    step_status=0
    wait "$step_pid" || step_status=$?
    trap - INT TERM HUP
    [ "$step_status" -ne 0 ] || say "  $step_label: done, $(($(date +%s) - step_start)) s"
    return "$step_status"
}
