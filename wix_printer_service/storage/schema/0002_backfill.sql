-- An order may now also be in the state past (models.OrderState).
-- By which road the event came that made an order's receipts (models.Road).
ALTER TABLE orders ADD COLUMN road TEXT NOT NULL DEFAULT 'webhook';
UPDATE orders SET road = 'webhook';     -- written out, so that a row alone tells what it is
CREATE INDEX orders_past ON orders (due_at) WHERE state = 'past';

-- How far Wix was asked for orders that no webhook brought: at most one row.
CREATE TABLE backfill (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  began_at TEXT NOT NULL,             -- by our clock: the first start that could ask Wix
  print_since TEXT,                   -- by Wix's clock: orders of before are past; NULL until Wix answered
  position TEXT                       -- by Wix's clock: all that was updated before is known; NULL until then
);
