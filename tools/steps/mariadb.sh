# shellcheck shell=bash
# MariaDB 10.11, for tests: the programs, and a data folder to copy.

mariadb_ready() { [[ -n ${WAYLEAVE_TEST_MARIADB_URL:-} || -x $mariadb_folder/bin/mariadbd ]]; }

mariadb_install() {
    is_debian_like || fail "MariaDB is unpacked from Debian's packages, which needs apt-get: set WAYLEAVE_TEST_MARIADB_URL to a MariaDB 10.11 or newer in which tests may create databases."
    run "fetching MariaDB 10.11" staged "$mariadb_folder" mariadb_unpack
}

mariadb_unpack() {
    local out=$1 share=$1/usr/share/mysql
    unpack_debian bookworm mariadb-server-core mariadb-client-core "$out"
    launchers "$out" mariadbd mariadb
    # What mariadb-install-db does, which is made for the system's folders.
    mkdir "$out/template"
    {
        printf '%s;\n' 'CREATE DATABASE mysql' 'USE mysql' 'SET @auth_root_socket = NULL'
        cat "$share"/{mysql_system_tables,mysql_performance_tables,mysql_system_tables_data}.sql
        # Those scripts let root in over the network without a password.
        printf '%s;\n' "DELETE FROM global_priv WHERE Host <> 'localhost'" "DELETE FROM proxies_priv WHERE Host <> 'localhost'"
    } | "$out/bin/mariadbd" --no-defaults --bootstrap --user="$(id -un)" --basedir="$out/usr" \
        --datadir="$out/template" --lc-messages-dir="$share" --innodb-log-file-size=8M
}
