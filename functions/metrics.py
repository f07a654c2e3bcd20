"""Count what came in, for CloudWatch."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric


def count(name: str, connection_id: str) -> None:
    """Count one by connection. The alarm for a silent connection (infra/connection.yaml) watches `EventsReceived`."""
    with single_metric(name=name, unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("connection", connection_id)
