-- Nodes of the Kamailio module osrtp: sqlite3 FILE < osrtp-sqlite.sql
CREATE TABLE osrtp (
    id INTEGER PRIMARY KEY NOT NULL,
    setid INTEGER DEFAULT 0 NOT NULL,     -- osrtp_set(ID)
    socket VARCHAR(128) NOT NULL,         -- unix:PATH or udp:ADDRESS:PORT
    weight INTEGER DEFAULT 1 NOT NULL,    -- share of the set's calls, 1 to 1000
    disabled INTEGER DEFAULT 0 NOT NULL,  -- 1: takes no new calls
    CONSTRAINT osrtp_node UNIQUE (setid, socket)
);
