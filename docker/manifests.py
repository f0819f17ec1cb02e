# SPDX-License-Identifier: MIT
"""Is kubernetes.yaml what Kubernetes takes, as far as can be seen offline?

manifests.py FILE: its structure and references, and that it says what
docker/chand.conf and the Dockerfile do. Ends with "N passed, M failed".
"""
import copy
import os
import sys

import yaml

from shapes import SHAPES, fits

HERE = os.path.dirname(os.path.abspath(__file__))

def pods(objects):
    return [o["spec"]["template"] for o in objects
            if o["kind"] == "Deployment"]


def all_is_of_its_kind(objects):
    return all(fits(o, SHAPES[o["kind"]]) for o in objects)


def nothing_that_is_needed_is_left_out(objects):
    return all(o["metadata"]["name"] for o in objects) and all(
        o["spec"]["selector"]["matchLabels"] and c["name"] and c["image"]
        for o in objects if o["kind"] == "Deployment"
        for c in o["spec"]["template"]["spec"]["containers"])


def names_are_unique(objects):
    names = [(o["kind"], o["metadata"]["name"]) for o in objects]
    return len(set(names)) == len(names)


def selectors_find_their_pods(objects):
    return all(o["spec"]["selector"]["matchLabels"].items() <=
               o["spec"]["template"]["metadata"]["labels"].items()
               for o in objects if o["kind"] == "Deployment")


def services_and_policies_find_pods(objects):
    wanted = [o["spec"]["selector"] for o in objects
              if o["kind"] == "Service"]
    for policy in (o["spec"] for o in objects if o["kind"] ==
                   "NetworkPolicy"):
        wanted.append(policy["podSelector"]["matchLabels"])
        wanted += [peer["podSelector"]["matchLabels"]
                   for rule in policy["ingress"] for peer in rule["from"]]
    labels = [pod["metadata"]["labels"].items() for pod in pods(objects)]
    return wanted and all(any(want.items() <= have for have in labels)
                          for want in wanted)


def ports_have_names(objects):
    named = {port["name"]: port["containerPort"] for pod in pods(objects)
             for c in pod["spec"]["containers"] for port in c.get("ports", ())}
    return named == {"chand": 7411} and all(
        port["targetPort"] in named for o in objects
        if o["kind"] == "Service" for port in o["spec"]["ports"])


def mounts_are_volumes_that_exist(objects):
    maps = {o["metadata"]["name"] for o in objects
            if o["kind"] == "ConfigMap"}
    for pod in (pod["spec"] for pod in pods(objects)):
        volumes = {v["name"]: v for v in pod.get("volumes", ())}
        for container in pod["containers"]:
            if not {m["name"] for m in container.get("volumeMounts", ())} <= \
                    set(volumes):
                return False
        if not {v["configMap"]["name"] for v in volumes.values()
                if "configMap" in v} <= maps:
            return False
    return True


def nothing_more_than_needed_is_allowed(objects):
    return all(pod["spec"]["securityContext"]["runAsNonRoot"] is True and
               pod["spec"]["securityContext"]["runAsUser"] == 7411 and
               c["securityContext"] == {"allowPrivilegeEscalation": False,
                                        "readOnlyRootFilesystem": True,
                                        "capabilities": {"drop": ["ALL"]}}
               for pod in pods(objects) for c in pod["spec"]["containers"])


def the_daemon_is_asked_as_the_image_does_it(objects):
    with open(os.path.join(HERE, "Dockerfile")) as file:
        image = file.read()
    (daemon,) = [c for pod in pods(objects)
                 for c in pod["spec"]["containers"] if c["image"] == "chand"]
    probes = [daemon[kind + "Probe"]
              for kind in ("startup", "readiness", "liveness")]
    words = ", ".join('"%s"' % w for w in probes[0]["exec"]["command"])
    return "CMD [%s]" % words in image and \
        all(p["exec"] == probes[0]["exec"] for p in probes)


def stopping_outlasts_the_drain(objects):
    return all(pod["spec"]["terminationGracePeriodSeconds"] > 10
               for pod in pods(objects))


def the_configuration_is_that_of_compose(objects):
    def settings(text):
        lines = (line.split(";")[0].strip() for line in text.splitlines())
        return [line for line in lines if line]

    with open(os.path.join(HERE, "chand.conf")) as file:
        compose = file.read()
    (found,) = [o["data"]["chand.conf"] for o in objects
                if o["kind"] == "ConfigMap"]
    return settings(found) == settings(compose)


CHECKS = (all_is_of_its_kind, nothing_that_is_needed_is_left_out,
          names_are_unique, selectors_find_their_pods,
          services_and_policies_find_pods, ports_have_names,
          mounts_are_volumes_that_exist,
          nothing_more_than_needed_is_allowed,
          the_daemon_is_asked_as_the_image_does_it,
          stopping_outlasts_the_drain, the_configuration_is_that_of_compose)


def fails(check, objects):
    """A check that cannot find what it looks at has failed, too."""
    try:
        return not check(objects)
    except (KeyError, TypeError, ValueError):
        return True


def places(value):
    """All mappings that are in it."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (dict, list)):
            yield from places(item)


def misspelt(objects):
    """Copies, in each of which one name has a letter too many."""
    for number, place in enumerate(places(objects)):
        for name in place:
            wrong = copy.deepcopy(objects)
            there = list(places(wrong))[number]
            there[name + "s"] = there.pop(name)
            yield name, wrong


def main(path):
    with open(path) as file:
        objects = list(yaml.safe_load_all(file))
    failed = [check.__name__.replace("_", " ") for check in CHECKS
              if fails(check, objects)]
    wrong = list(misspelt(objects))
    failed += ["%ss is noticed" % name for name, one in wrong
               if not any(fails(check, one) for check in CHECKS)]
    for name in failed:
        print("FAILED  " + name)
    print("%d passed, %d failed" % (
        len(CHECKS) + len(wrong) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
