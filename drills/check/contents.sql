-- What the database holds of one load's accounts, as one JSON document. HANDLES is put in by the reader.
with mine as (select id, handle, bio, avatar_key from accounts where handle like 'HANDLES%')
select json_build_object(
  'accounts', coalesce((
    select json_agg(json_build_object('id', id, 'handle', handle, 'bio', bio, 'avatarKey', avatar_key)) from mine
  ), '[]'),
  'posts', coalesce((
    select json_agg(json_build_object('id', posts.id, 'handle', handle, 'body', body))
    from posts join mine on mine.id = posts.account_id
  ), '[]'),
  'sessions', coalesce((
    select json_agg(json_build_object('id', sessions.id, 'handle', handle, 'ended', ended_at is not null))
    from sessions join mine on mine.id = sessions.account_id
  ), '[]')
) as contents
