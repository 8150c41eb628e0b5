# shellcheck shell=bash
# MySQL 9, for tests: the programs, and a data folder to copy.

mysql_ready() { [[ -n ${WAYLEAVE_TEST_MYSQL_URL:-} || -x $mysql_folder/bin/mysqld ]]; }

mysql_install() {
    is_debian_like || fail "MySQL is unpacked from Debian's packages, which needs apt-get: set WAYLEAVE_TEST_MYSQL_URL to a MySQL 8.4 or newer in which tests may create databases."
    run "fetching MySQL 9" staged "$mysql_folder" mysql_unpack
}

mysql_unpack() {
    local out=$1
    # Only the unstable suite has it. Its C library comes along, so it runs on older systems too.
    unpack_debian sid mysql-server-core mysql-client-core "$out"
    launchers "$out" mysqld mysql
    "$out/bin/mysqld" --no-defaults --initialize-insecure --user="$(id -un)" --basedir="$out/usr" \
        --datadir="$out/template" --plugin-dir="$out/usr/lib/mysql/plugin" \
        --lc-messages-dir="$out/usr/share/mysql" --secure-file-priv=NULL --innodb-redo-log-capacity=8M
}
