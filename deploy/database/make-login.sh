#!/bin/sh
# Run once, by the database's image, when its folder is empty: makes the login of the service and its workers.
# What it may do is given by `coursecrafter db upgrade`, which the administrator's login runs.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$LOGIN_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE coursecrafter_service LOGIN NOINHERIT PASSWORD :'password';
SQL
