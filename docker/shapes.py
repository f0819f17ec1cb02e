# SPDX-License-Identifier: MIT
"""What of Kubernetes' objects is used here, as its API reference has it.

A shape is a type, a set of the words that there may be, [shape] for a list
that has some, {name: shape} for what has no other names, or {...: shape} for
any names.
"""
TEXTS = {...: str}
METADATA = {"name": str, "labels": {"app": str}}
AMOUNTS = {"cpu": str, "memory": str}
SELECTOR = {"matchLabels": TEXTS}
PROTOCOL = {"TCP", "UDP", "SCTP"}

PROBE = {"exec": {"command": [str]}, "initialDelaySeconds": int,
         "timeoutSeconds": int, "periodSeconds": int,
         "successThreshold": int, "failureThreshold": int}
CONTAINER = {
    "name": str, "image": str, "command": [str], "args": [str],
    "imagePullPolicy": {"Always", "IfNotPresent", "Never"},
    "env": [{"name": str, "value": str}],
    "ports": [{"name": str, "containerPort": int, "protocol": PROTOCOL}],
    "securityContext": {"allowPrivilegeEscalation": bool,
                        "readOnlyRootFilesystem": bool,
                        "capabilities": {"add": [str], "drop": [str]}},
    "startupProbe": PROBE, "readinessProbe": PROBE, "livenessProbe": PROBE,
    "resources": {"requests": AMOUNTS, "limits": AMOUNTS},
    "volumeMounts": [{"name": str, "mountPath": str, "readOnly": bool}]}
POD = {
    "automountServiceAccountToken": bool,
    "terminationGracePeriodSeconds": int,
    "securityContext": {
        "runAsNonRoot": bool, "runAsUser": int, "runAsGroup": int,
        "fsGroup": int, "seccompProfile": {"type": {"RuntimeDefault"}}},
    "containers": [CONTAINER],
    "volumes": [{"name": str, "configMap": {"name": str},
                 "emptyDir": {"medium": {"", "Memory"}, "sizeLimit": str}}]}
SHAPES = {
    "ConfigMap": {
        "apiVersion": {"v1"}, "kind": str, "metadata": METADATA,
        "data": TEXTS},
    "Service": {
        "apiVersion": {"v1"}, "kind": str, "metadata": METADATA,
        "spec": {"selector": TEXTS,
                 "ports": [{"name": str, "port": int, "targetPort": str,
                            "protocol": PROTOCOL}]}},
    "Deployment": {
        "apiVersion": {"apps/v1"}, "kind": str, "metadata": METADATA,
        "spec": {"replicas": int,
                 "strategy": {"type": {"Recreate", "RollingUpdate"}},
                 "selector": SELECTOR,
                 "template": {"metadata": {"labels": TEXTS}, "spec": POD}}},
    "NetworkPolicy": {
        "apiVersion": {"networking.k8s.io/v1"}, "kind": str,
        "metadata": METADATA,
        "spec": {"podSelector": SELECTOR,
                 "policyTypes": [{"Ingress", "Egress"}],
                 "ingress": [{"from": [{"podSelector": SELECTOR}],
                              "ports": [{"port": int,
                                         "protocol": PROTOCOL}]}]}},
}


def fits(value, shape):
    if isinstance(shape, type):
        return type(value) is shape
    if isinstance(shape, set):
        return isinstance(value, str) and value in shape
    if isinstance(shape, list):
        return isinstance(value, list) and value != [] and \
            all(fits(item, shape[0]) for item in value)
    if not isinstance(value, dict) or not value:
        return False
    if ... in shape:
        return all(isinstance(name, str) and fits(item, shape[...])
                   for name, item in value.items())
    return all(name in shape and fits(item, shape[name])
               for name, item in value.items())
