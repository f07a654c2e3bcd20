"""The GraphQL documents that the Shopify client sends. A test validates them against Shopify's schema of 2026-10."""

AVAILABLE = """
query Available($item: ID!, $location: ID!) {
  inventoryItem(id: $item) {
    inventoryLevel(locationId: $location) { quantities(names: ["available"]) { name quantity } }
  }
}
"""

SET_STOCK = """
mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { code field message }
  }
}
"""

OPEN_FULFILLMENTS = """
query OpenFulfillments($order: ID!) {
  order(id: $order) {
    fulfillments(first: 250) { id status trackingInfo(first: 50) { number } }
    fulfillmentOrders(first: 50) {
      nodes {
        id
        status
        assignedLocation { location { id } }
        lineItems(first: 100) { nodes { id remainingQuantity sku lineItem { id } } }
      }
    }
  }
}
"""

FULFIL = """
mutation Fulfil($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id }
    userErrors { field message }
  }
}
"""

SKU_OF = """
query SkuOf($item: ID!) { inventoryItem(id: $item) { sku } }
"""

STOCK_ID_OF = """
query StockIdOf($query: String!) {
  productVariants(first: 50, query: $query) { nodes { sku inventoryItem { id } } }
}
"""

SCANS = """
query Scans($fulfillment: ID!) {
  fulfillment(id: $fulfillment) {
    id
    trackingInfo(first: 2) { number company }
    events(first: 100, sortKey: HAPPENED_AT, reverse: true) {
      nodes { id status message happenedAt address1 city province zip country estimatedDeliveryAt }
    }
  }
}
"""

FORGET_CUSTOMER = """
mutation ForgetCustomer($customer: ID!) {
  customerRequestDataErasure(customerId: $customer) { customerId userErrors { code field message } }
}
"""

MERGED_CUSTOMER = """
query MergedCustomer($customer: ID!) { customer(id: $customer) { id updatedAt } }
"""
