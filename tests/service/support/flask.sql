-- As the models of a Flask application make it (SQLAlchemy's types and names), with passwords of Werkzeug 3.1.3.
CREATE TABLE user (
  id INTEGER NOT NULL,
  username VARCHAR(20) NOT NULL,
  email VARCHAR(120) NOT NULL,
  image_file VARCHAR(20) NOT NULL,
  password VARCHAR(200) NOT NULL,
  about_me VARCHAR(140),
  is_admin BOOLEAN NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (username),
  UNIQUE (email),
  CHECK (is_admin IN (0, 1))
);
CREATE TABLE post (
  id INTEGER NOT NULL,
  title VARCHAR(100) NOT NULL,
  date_posted DATETIME NOT NULL,
  content TEXT NOT NULL,
  user_id INTEGER NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(user_id) REFERENCES user (id)
);
CREATE TABLE followers (
  follower_id INTEGER REFERENCES user (id),
  followed_id INTEGER REFERENCES user (id)
);
CREATE INDEX ix_post_date ON post (date_posted);

INSERT INTO user VALUES
  (1, 'Ada', 'Ada@Example.org', 'ada.png', 'scrypt:32768:8:1$Fa5vsXEm6q7gQ04W$5bb5e698576d3918f822ddd4ce3a8323c59515019e5cf976fccd79224ba3a83f031d26e60430cab255fdcb6a98e68635f4137cc7f2fd62c81204dc429bf3f427', 'Engines.', 1),
  (2, 'José Núñez', 'jose@example.org', 'static/profile_pics/jose.jpg', 'pbkdf2:sha256:50000$7WvdhsffeTtw2jmK$f4d59c1a4d31a1ea958d67b434c3de291571c471dabcef255760efe7a1f30a29', NULL, 0),
  (3, 'jose_nunez', 'JOSE@example.org ', 'missing.png', 'sha256$salt$f4d59c1a4d31a1ea958d67b434c3de291571c471dabcef255760efe7a1f30a29', NULL, 0),
  (4, 'taken', 'taken@example.org', 'script.png', 'pbkdf2:sha512:1000$uCf8aOebFfAqw2Eu$e4c7e95a28c5a3c672821cd43f62cd9ac688ebbec97fc3ebcb6af234ee0f7097088763ac0a157c44630948aefadff71fac8fdcfb1a3c76890d5fe129b403c3c4', '', 0);
INSERT INTO post VALUES
  (1, 'First', '2023-05-01 10:00:00.123456', 'Hello.', 1),
  (2, 'Second', '2023-05-02 10:00:00.000000', 'Größe, ' || char(0x1F600), 1),
  (3, 'Of José', '2023-05-03 11:00:00.500000', 'Hola.', 2),
  (4, 'Of nobody', '2023-05-04 12:00:00.000000', 'Who?', 99);
INSERT INTO followers VALUES (1, 2), (2, 1), (NULL, 3);
