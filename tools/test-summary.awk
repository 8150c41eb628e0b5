# Reads what `cargo test` printed, prints how many tests of each kind ran, and as the last line
# 'N passed, M failed'. Exits with 1 if anything failed or nothing ran.
#
# cargo says which program it runs ('Running tests/system.rs (target/debug/deps/system-0123abcd)',
# 'Doc-tests wayleave_shared'), and each ends with 'test result: ok. 12 passed; 0 failed; ...'.

function exists(file,   line, found) { found = (getline line < file) >= 0; close(file); return found }

function count(kind, passed, failed, ignored) {
    pass[kind] += passed; fail[kind] += failed; skip[kind] += ignored
    if (!(kind in place)) { place[kind] = ++kinds; name[kinds] = kind }
}

# The kind of an integration test, from the name of its program.
function kind_of(program) {
    if (program == "store_contract") return "store contract"
    if (program == "browser" || program == "system" || program == "examples" || program == "javascript" || program == "fuzz") return program
    if (program == "rotation" || program == "rotation_simulation") return "rotation"
    if (program == "races") return program
    if (program == "verifier" || program ~ /^token_/) return "verifier"
    if (exists("native/tests/" program "/main.rs")) return "native"
    if (exists("origin/tests/" program ".rs") || exists("origin/tests/" program "/main.rs")) return "origin HTTP"
    if (exists("tests/" program ".rs") || exists("tests/tests/" program ".rs")) return "system"
    return "other"
}

# A program that ended without a result has crashed.
function finish() {
    if (running != "" && !ended) {
        count(running, 0, 1, 0)
        crashed = crashed "  " running_name " ended without a result\n"
    }
    running = ""; ended = 0
}

BEGIN {
    # The kinds there must be, in this order. A kind of which nothing ran is a failure below.
    wanted = split("unit,doc,store contract: SQLite,store contract: MariaDB,store contract: MySQL,origin HTTP,native,rotation,races,system,examples,javascript,verifier,browser,fuzz", order, ",")
    for (i = 1; i <= wanted; i++) count(order[i], 0, 0, 0)
    engine["sqlite"] = "store contract: SQLite"
    engine["mariadb"] = "store contract: MariaDB"
    engine["mysql"] = "store contract: MySQL"
}

# 'counted: 816 vectors in workerd: more about them', wherever a test says it: what one test tries in bulk.
function tally(line,   number, what) {
    sub(/^.*counted: /, "", line)
    number = line + 0
    what = line; sub(/^[0-9]+ /, "", what); sub(/[:,;.].*$/, "", what)
    if (!(what in tried)) tried_name[++tried_kinds] = what
    tried[what] += number
}

{ gsub(/\033\[[0-9;]*m/, ""); sub(/\r$/, "") }

/counted: [0-9]+ / { tally($0) }

# What a simulation, model or history saw, in its own words; which client did what.
/^(rotation simulation|rotation model|races|clients): / { seen[++seens] = $0 }

/^ +Running .*\(.*\)$/ {
    finish()
    program = $NF; gsub(/^.*\/|\)$/, "", program); sub(/-[0-9a-f]+$/, "", program)
    running = / Running unittests / ? "unit" : kind_of(program)
    running_name = program
    delete by_engine
    next
}
/^ +Doc-tests / { finish(); running = "doc"; running_name = "doc tests of " $2; next }

running == "store contract" && /^test (sqlite|mariadb|mysql)::.* \.\.\. / {
    split($2, parts, "::")
    outcome = $0; sub(/^.* \.\.\. +/, "", outcome); sub(/[ ,<].*$/, "", outcome)
    by_engine[parts[1], outcome]++
    next
}

/^test result: / {
    # The documentation of one crate may be tested in several parts, each with its own result.
    if (running == "" || (ended && running != "doc")) next
    passed = $4; failed = $6; ignored = $8
    if (running == "store contract") {
        for (e in engine) {
            count(engine[e], by_engine[e, "ok"], by_engine[e, "FAILED"], by_engine[e, "ignored"])
            passed -= by_engine[e, "ok"]; failed -= by_engine[e, "FAILED"]; ignored -= by_engine[e, "ignored"]
        }
        # What bears no engine's name.
        if (passed + failed + ignored > 0) count("store contract: other", passed, failed, ignored)
    } else count(running, passed, failed, ignored)
    ended = 1
}

END {
    finish()
    for (i = 1; i <= kinds; i++) { passes += pass[name[i]]; failures += fail[name[i]] }

    printf "\n%-26s %7s %7s %8s\n", "kind", "passed", "failed", "ignored"
    for (i = 1; i <= kinds; i++) {
        kind = name[i]
        if (every || pass[kind] + fail[kind] + skip[kind] > 0)
            printf "%-26s %7d %7d %8d\n", kind, pass[kind], fail[kind], skip[kind]
    }
    if (tried_kinds > 0) printf "\n%-26s %7s\n", "tried in bulk", "number"
    for (i = 1; i <= tried_kinds; i++) printf "%-26s %7d\n", tried_name[i], tried[tried_name[i]]
    if (seens > 0) print ""
    for (i = 1; i <= seens; i++) print seen[i]
    printf "%s", crashed
    if (every) for (i = 1; i <= wanted; i++) {
        kind = order[i]
        # Documentation need not contain runnable code.
        if (kind != "doc" && pass[kind] + fail[kind] == 0) { failures++; print "  no test of this kind ran: " kind }
    }
    if (passes + failures == 0) { failures++; print "  no test ran" }
    if (cargo_status != 0 && failures == 0) { failures++; print "  cargo test failed" }
    printf "\n%d passed, %d failed\n", passes, failures
    exit failures > 0
}
