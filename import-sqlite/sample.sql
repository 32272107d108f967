-- A small blog, as a Flask application would have it. Everybody's password is "capstone sample".
create table user (
  id integer primary key autoincrement,
  username varchar(80) not null unique,
  email varchar(120) not null unique,
  password_hash varchar(200) not null,
  about_me text not null default '',
  avatar varchar(200),
  created_at datetime not null default current_timestamp
);
create table post (
  id integer primary key autoincrement,
  author_id integer not null references user (id) on delete cascade,
  title varchar(120) not null,
  body text not null,
  created_at datetime not null default current_timestamp
);
create table tag (
  name text primary key collate nocase,
  colour text not null default '#888888' check (length(colour) = 7)
) without rowid;
create table post_tag (
  post_id integer not null references post (id) on delete cascade,
  tag text not null references tag (name),
  primary key (post_id, tag)
);
create table follow (
  follower_id integer not null references user (id),
  followed_id integer not null references user (id),
  muted boolean not null default 0 check (muted in (0, 1)),
  primary key (follower_id, followed_id),
  check (follower_id <> followed_id)
);
create index post_newest on post (author_id, created_at desc);
create view posts_of_authors as
  select user.username, count(post.id) as posts from user left join post on post.author_id = user.id group by user.username;

insert into user (id, username, email, password_hash, about_me, avatar, created_at) values
  (1, 'ada', 'ada@sample.example', 'scrypt:32768:8:1$c4psalt1sample22$db1f8fd917aa228e65cc16e2c37e7671b32686091e3543684119c0e7a4c64e8936164c0e25131014f41bbcddb57ddb2d82c042c74f27f5641ae004fb43c86ae9', 'Writes about engines.', 'ada.png', '2024-02-01 09:00:00'),
  (2, 'grace', 'grace@sample.example', 'pbkdf2:sha256:600000$c4psalt2sample33$61426fa2388f4fd41b877c9840a78eef4f355f9c3aea161886f2b972a5d74776', 'Finds moths.', null, '2024-02-02 10:30:00'),
  (3, 'Mary.S', 'mary@sample.example', 'scrypt:32768:8:1$c4psalt1sample22$db1f8fd917aa228e65cc16e2c37e7671b32686091e3543684119c0e7a4c64e8936164c0e25131014f41bbcddb57ddb2d82c042c74f27f5641ae004fb43c86ae9', '', null, '2024-02-03 11:45:00');
insert into post (author_id, title, body, created_at) values
  (1, 'Notes', 'The engine might compose music.', '2024-03-01 12:00:00'),
  (1, 'More notes', 'It weaves algebraical patterns.', '2024-03-02 12:00:00'),
  (2, 'A bug', 'Taped into the log book.', '2024-03-03 08:15:00');
insert into tag (name, colour) values ('engines', '#3366cc'), ('insects', '#cc6633');
insert into post_tag values (1, 'engines'), (2, 'engines'), (3, 'insects');
insert into follow (follower_id, followed_id, muted) values (1, 2, 0), (2, 1, 0), (3, 1, 1);
