"""The eight questions as somebody who knows DuckDB well would write them."""

from collections.abc import Mapping

_SPOKEN = "msg_time IS NOT NULL AND (kind NOT IN ('system', 'recall') OR kind IS NULL)"
_PERSON = "coalesce(nullif(sender_qq, ''), sender, '')"
# In a connection whose zone is UTC.
_MONTH = "date_trunc('month', {} + INTERVAL 8 HOUR) - INTERVAL 8 HOUR"
_DAY = "(epoch_us(msg_time) + 28800000000) // 86400000000"

QUERIES: Mapping[str, str] = {
    "ranking": f"""
        WITH people AS (
            SELECT {_PERSON} AS person, max(nullif(sender_qq, '')) AS qq, arg_max(sender, msg_time) AS displayname,
                count(*) AS messages,
                coalesce(sum(length(content)) FILTER (kind IN ('text', 'reply') OR kind IS NULL), 0) AS characters,
                count(DISTINCT {_DAY}) AS days, min(msg_time) AS first, max(msg_time) AS last
            FROM messages WHERE {_SPOKEN} GROUP BY 1
        )
        SELECT row_number() OVER (ORDER BY messages DESC, person) AS rank, qq, displayname, messages,
            messages / sum(messages) OVER () AS share, characters, days, first, last
        FROM people ORDER BY 1""",
    "activity": f"""
        SELECT ({_DAY} + 3) % 7 + 1 AS weekday, (epoch_us(msg_time) + 28800000000) // 3600000000 % 24 AS hour,
            count(*) AS messages
        FROM messages WHERE {_SPOKEN} GROUP BY 1, 2 ORDER BY 1, 2""",
    "calendar": f"""
        WITH days AS (
            SELECT {_DAY} AS day, count(*) AS messages, count(DISTINCT {_PERSON}) AS people
            FROM messages WHERE {_SPOKEN} GROUP BY 1
        ), rows AS (SELECT *, day - row_number() OVER (ORDER BY day) AS run FROM days)
        SELECT make_timestamptz(day * 86400000000 - 28800000000) AS date, messages, people,
            row_number() OVER (PARTITION BY run ORDER BY day) AS streak
        FROM rows ORDER BY 1""",
    "lurkers": f"""
        WITH spoken AS (
            SELECT gnumber, sender_qq AS qq, count(*) AS messages, max(msg_time) AS last_spoke
            FROM messages WHERE {_SPOKEN} AND sender_qq <> '' GROUP BY 1, 2
        ), ends AS (SELECT max(last_spoke) AS moment FROM spoken)
        SELECT members.*, last_spoke, coalesce(messages, 0) AS messages,
            (epoch_us(moment) - epoch_us(last_spoke)) // 86400000000 AS silent_days
        FROM members LEFT JOIN spoken USING (gnumber, qq), ends
        WHERE last_spoke IS NULL OR last_spoke <= moment - INTERVAL 180 DAY
        ORDER BY last_spoke NULLS FIRST, gnumber, qq""",
    "turnover": f"""
        WITH months AS (
            SELECT {_PERSON} AS person, {_MONTH.format("msg_time")} AS period,
                min(msg_time) AS first, max(msg_time) AS last
            FROM messages WHERE {_SPOKEN} GROUP BY 1, 2
        ), people AS (SELECT person, min(first) AS first, max(last) AS last FROM months GROUP BY 1),
        ends AS (SELECT max(last) AS moment FROM people),
        spoke AS (SELECT period, count(*) AS people FROM months GROUP BY 1),
        came AS (
            SELECT {_MONTH.format("first")} AS period, count(*) AS newcomers
            FROM people GROUP BY 1
        ), gone AS (
            SELECT {_MONTH.format("last")} AS period, count(*) AS leavers,
                median(epoch(last) - epoch(first)) / 86400 AS stay_days
            FROM people, ends WHERE last <= moment - INTERVAL 90 DAY GROUP BY 1
        )
        SELECT period, people, coalesce(newcomers, 0) AS newcomers,
            CASE WHEN period + INTERVAL 8 HOUR + INTERVAL 1 MONTH - INTERVAL 8 HOUR <= moment - INTERVAL 90 DAY
                THEN coalesce(leavers, 0) END AS leavers,
            CASE WHEN period + INTERVAL 8 HOUR + INTERVAL 1 MONTH - INTERVAL 8 HOUR <= moment - INTERVAL 90 DAY
                THEN stay_days END AS stay_days
        FROM ends, spoke LEFT JOIN came USING (period) LEFT JOIN gone USING (period) ORDER BY 1""",
    "replies": f"""
        WITH said AS (
            SELECT {_PERSON} AS person, sender_qq, sender, chat_key, msg_id, reply_to, msg_time, content, place
            FROM messages WHERE {_SPOKEN}
        ), quotes AS (
            SELECT one.person AS a, other.person AS b, epoch(one.msg_time) - epoch(other.msg_time) AS latency
            FROM said one JOIN said other ON one.chat_key = other.chat_key AND one.reply_to = other.msg_id
            WHERE one.reply_to <> '' AND other.msg_time <= one.msg_time AND one.place <> other.place
            QUALIFY row_number() OVER (PARTITION BY one.place ORDER BY other.msg_time DESC) = 1
        ), names AS (
            SELECT chat_key, name, any_value(person) AS person FROM (
                SELECT DISTINCT chat_key, unnest([sender, sender_qq]) AS name, person FROM said
            ) WHERE name <> '' GROUP BY 1, 2 HAVING count(DISTINCT person) = 1
        ), pieces AS (
            SELECT chat_key, person, unnest(regexp_extract_all(content, '@([^@\\s]+)', 1)) AS name
            FROM said WHERE contains(content, '@')
        ), mentions AS (
            SELECT pieces.person AS a, names.person AS b FROM pieces JOIN names USING (chat_key, name)
        ), pairs AS (
            SELECT a, b, count(*) AS replies, 0 AS mentions, median(latency) AS latency_s FROM quotes GROUP BY 1, 2
            UNION ALL SELECT a, b, 0, count(*), NULL FROM mentions GROUP BY 1, 2
        ), people AS (SELECT person, max(sender_qq) AS qq, arg_max(sender, msg_time) AS name FROM said GROUP BY 1)
        SELECT any_value(p.qq) AS from_qq, any_value(p.name) AS from_name, any_value(q.qq) AS to_qq,
            any_value(q.name) AS to_name, sum(replies) AS replies, sum(mentions) AS mentions,
            max(latency_s) AS latency_s
        FROM pairs JOIN people p ON a = p.person JOIN people q ON b = q.person
        GROUP BY a, b ORDER BY replies DESC, mentions DESC, 1, 2, 3, 4""",
    "repeats": f"""
        WITH told AS (
            SELECT *, {_PERSON} AS person,
                CASE WHEN content <> '' AND (kind IN ('text', 'face', 'reply')) THEN content END AS said
            FROM messages WHERE msg_time IS NOT NULL
        ), marked AS (
            SELECT *, said IS NOT NULL AND said = lag(said) OVER talk AS goes_on,
                said IS NOT NULL AND said = lead(said) OVER talk AS is_followed
            FROM told WINDOW talk AS (PARTITION BY chat_key ORDER BY msg_time, place)
        ), numbered AS (
            SELECT *, sum(CASE WHEN goes_on THEN 0 ELSE 1 END)
                OVER (PARTITION BY chat_key ORDER BY msg_time, place) AS run
            FROM marked WHERE goes_on OR is_followed
        )
        SELECT min(msg_time) AS start, max(msg_time) AS "end", any_value(chat) AS chat, chat_key,
            any_value(said) AS content, count(*) AS messages, count(DISTINCT person) AS people,
            arg_min(sender, place) AS started_by, arg_min(sender_qq, place) AS started_by_qq
        FROM numbered GROUP BY chat_key, run HAVING count(*) >= 3 AND count(DISTINCT person) > 1
        ORDER BY messages DESC, start, chat_key""",
    "conversations": f"""
        WITH told AS (
            SELECT msg_time, place, chat_key, chat, sender, sender_qq, {_PERSON} AS person,
                lag(msg_time) OVER (PARTITION BY chat_key ORDER BY msg_time, place) AS before
            FROM messages WHERE {_SPOKEN}
        ), numbered AS (
            SELECT *, sum(CASE WHEN msg_time - before < INTERVAL 30 MINUTE THEN 0 ELSE 1 END)
                OVER (PARTITION BY chat_key ORDER BY msg_time, place) AS talk
            FROM told
        )
        SELECT min(msg_time) AS start, max(msg_time) AS "end", any_value(chat) AS chat, chat_key,
            count(*) AS messages, count(DISTINCT person) AS people,
            epoch(max(msg_time)) - epoch(min(msg_time)) AS seconds,
            arg_min(sender, place) AS started_by, arg_min(sender_qq, place) AS started_by_qq
        FROM numbered GROUP BY chat_key, talk ORDER BY 1, 4, 2""",
}
"""By the name of the question; `messages` is the archive, `members` the members of its groups."""
