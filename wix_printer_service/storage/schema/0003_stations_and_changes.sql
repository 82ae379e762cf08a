-- A kitchen may have stations; a change says whose paper it changes and from which revision;
-- a pre-order may be printed when it is due.
ALTER TABLE print_jobs ADD COLUMN station TEXT NOT NULL DEFAULT '';  -- whose share it shows; '' is the default one
ALTER TABLE print_jobs ADD COLUMN reader TEXT NOT NULL DEFAULT '';   -- of a change: kitchen, driver or customer
ALTER TABLE print_jobs ADD COLUMN from_revision INTEGER;             -- of a change: what its reader has on paper
ALTER TABLE print_jobs ADD COLUMN revision INTEGER;                  -- the order's revision when it was last claimed
ALTER TABLE print_jobs ADD COLUMN maybe_printed_revision INTEGER;    -- shown by the first try of which nobody knows
ALTER TABLE print_jobs ADD COLUMN due_at TEXT;                       -- not to be printed before
ALTER TABLE print_jobs ADD COLUMN reminder INTEGER NOT NULL DEFAULT 0;  -- 1: a pre-order's second print, when it is due

-- What earlier jobs show; and every row is written out, so that a row alone tells what it is.
UPDATE print_jobs SET revision = coalesce(
  (SELECT revision FROM sent_documents WHERE job_id = print_jobs.id),
  (SELECT revision FROM orders WHERE orders.id = order_id));
UPDATE print_jobs SET maybe_printed_revision = revision WHERE maybe_printed_at IS NOT NULL;
-- print_jobs.called_off may now also be 2: nobody needs the job any more since its order changed.
