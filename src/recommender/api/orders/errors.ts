import { RequestRefused } from '../errors.ts';

/** The shape is right, but the log would not let such an order count. */
export class InvalidOrder extends RequestRefused {
  readonly code = 'INVALID_ORDER';
  readonly status = 422;
}

export class UnknownOrder extends RequestRefused {
  readonly code = 'UNKNOWN_ORDER';
  readonly status = 404;
  constructor() {
    super('The user has no order of this id', 'Take an id that the list of orders names');
  }
}

/** The id, or the Idempotency-Key, was used before with other lines. */
export class OrderConflict extends RequestRefused {
  readonly code = 'ORDER_CONFLICT';
  readonly status = 409;
  constructor() {
    super('The user has another order of this id', 'Use a new Idempotency-Key for a new order');
  }
}
