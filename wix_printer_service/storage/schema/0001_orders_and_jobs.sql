-- Orders as Wix tells them. The row outlives the order's data, so that nothing old prints again.
CREATE TABLE orders (
  id TEXT PRIMARY KEY,                -- Wix's order id
  number TEXT NOT NULL,               -- as Wix shows it; may be empty
  local_number TEXT NOT NULL DEFAULT '',  -- ours, where Wix gave none
  state TEXT NOT NULL,                -- remembered, accepted, held, ignored, cancelled, erased
  status TEXT NOT NULL,               -- Wix's order status in the newest revision
  payment_status TEXT NOT NULL,
  method TEXT NOT NULL,
  due_at TEXT,                        -- UTC, ISO 8601
  ordered_at TEXT,
  sequence TEXT,                      -- entityEventSequence of the newest revision; may exceed 64 bits
  updated_at TEXT,                    -- Wix's updatedDate of the newest revision
  revision INTEGER NOT NULL,          -- the newest revision's number
  readable INTEGER NOT NULL,          -- 0 when part of it could not be read
  received_at TEXT NOT NULL           -- when it was first heard of
) WITHOUT ROWID;
CREATE INDEX orders_by_arrival ON orders (received_at);

CREATE TABLE order_revisions (
  order_id TEXT NOT NULL REFERENCES orders (id),
  revision INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  payload TEXT,                       -- the order as it came, JSON; NULL once erased
  received_at TEXT NOT NULL,
  PRIMARY KEY (order_id, revision)
) WITHOUT ROWID;

-- Every event that was answered 200, so that a copy of it changes nothing.
CREATE TABLE inbox (
  event_id TEXT PRIMARY KEY,
  event_type TEXT NOT NULL,
  order_id TEXT NOT NULL,
  outcome TEXT NOT NULL,
  received_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE print_jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id TEXT NOT NULL REFERENCES orders (id),
  receipt TEXT NOT NULL,
  printer TEXT NOT NULL,
  state TEXT NOT NULL,
  copy_of INTEGER REFERENCES print_jobs (id),
  confirmation TEXT,                  -- printed, processed, none
  reason TEXT NOT NULL,               -- why it is in this state
  called_off INTEGER NOT NULL DEFAULT 0,  -- 1: it was cancelled while it was being sent
  maybe_printed_at TEXT,              -- first sent without anybody knowing whether it came out
  maybe_printed_on TEXT NOT NULL DEFAULT '',  -- the printers that it was sent to so, with commas
  attempts INTEGER NOT NULL DEFAULT 0,    -- how often bytes of it have gone out
  backup_from TEXT,                   -- the printer that this one stands in for
  outage_id INTEGER,                  -- the outage that it waited through
  released INTEGER NOT NULL DEFAULT 0,    -- 1: let go by a person, not held again for its age
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX print_jobs_by_order ON print_jobs (order_id);
CREATE INDEX print_jobs_by_state ON print_jobs (state, id);
CREATE INDEX print_jobs_waiting ON print_jobs (printer, id) WHERE state IN ('queued', 'uncertain');
CREATE INDEX print_jobs_by_copy ON print_jobs (copy_of) WHERE copy_of IS NOT NULL;

-- What went to the printer: the picture of a receipt shows this and nothing else.
CREATE TABLE sent_documents (
  job_id INTEGER PRIMARY KEY REFERENCES print_jobs (id),
  revision INTEGER NOT NULL,          -- the order's revision that it was made of
  document BLOB NOT NULL              -- ESC/POS bytes
);

CREATE TABLE job_history (
  id INTEGER PRIMARY KEY,
  job_id INTEGER NOT NULL REFERENCES print_jobs (id),
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  who TEXT NOT NULL,
  why TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX job_history_by_job ON job_history (job_id);

-- Work to be done, lane by lane. The id is the age: it only grows, whatever the clock does.
CREATE TABLE offline_queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL,
  subject INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  rank INTEGER NOT NULL DEFAULT 0,    -- within a priority the lower goes first
  state TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  put_at TEXT NOT NULL,
  due_at TEXT,                        -- not to be claimed before
  expires_at TEXT                     -- worthless after
);
CREATE INDEX offline_queue_waiting ON offline_queue (lane, priority DESC, rank, id)
  WHERE state = 'waiting';
CREATE INDEX offline_queue_unfinished ON offline_queue (lane, state)
  WHERE state IN ('waiting', 'claimed', 'held', 'dead');
CREATE INDEX offline_queue_claimed ON offline_queue (lane) WHERE state = 'claimed';
CREATE INDEX offline_queue_by_subject ON offline_queue (lane, subject);

-- Our own order numbers, for orders that have none of Wix: one row.
CREATE TABLE local_numbers (
  last INTEGER NOT NULL,
  day TEXT NOT NULL                   -- the restaurant's day on which the count last began
);

-- Spans in which a component was not ONLINE.
CREATE TABLE outages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  component TEXT NOT NULL,            -- printer:NAME, internet, wix
  cause TEXT NOT NULL,                -- the first one
  started_at TEXT NOT NULL,
  ended_at TEXT,
  duration_s REAL                     -- by the monotonic clock where one run saw both ends
);
CREATE INDEX outages_open ON outages (component) WHERE ended_at IS NULL;
CREATE INDEX outages_by_start ON outages (started_at);

-- Every real change of a component's state.
CREATE TABLE connectivity_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  component TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  cause TEXT NOT NULL,
  text TEXT NOT NULL,
  at TEXT NOT NULL,                   -- wall time, UTC
  monotonic_s REAL NOT NULL,          -- orders the events of one run, whatever the clock does
  outage_id INTEGER REFERENCES outages (id),
  duration_s REAL                     -- of the outage that this change ended
);
CREATE INDEX connectivity_events_by_component ON connectivity_events (component, id);
