CREATE TABLE users (id varchar(128), name varchar(128));
INSERT INTO users VALUES ('3', 'sasashun');
