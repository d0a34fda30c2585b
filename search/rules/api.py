"""REST: rules on upload, and the photos that they refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.listing import assets_for_lists
from analysis.serializers import AnalyzedAssetSerializer
from dam.audit import actor_of
from dam.models import Asset
from dam.pagination import NewestFirst
from dam.rest_requests import person, read_body
from dam.roles import Right, needs
from dam.verdicts.lists import refused_assets
from search.models import Rule
from search.query import InvalidQuery
from search.rules.queries import read_rule_query
from search.rules.refused import accept, judge_again
from search.rules.rules import (
    RuleValues,
    change_rule,
    create_rule,
    delete_rule,
    find_rule,
    order_rules,
)
from search.rules.serializers import (
    NewRuleSerializer,
    RuleChangeSerializer,
    RuleOrderSerializer,
    RuleSerializer,
    RuleTrialSerializer,
)
from search.rules.state import RuleState, count_concerned, describe_rule, describe_rules


class RulePages(NewestFirst):
    """Rules in the order in which they are judged. Each one is counted."""

    ordering = ("position", "id")
    max_page_size = 100

    def paginate_queryset(
        self, queryset: QuerySet[Rule], request: Request, view: Any = None
    ) -> list[RuleState]:
        return describe_rules(super().paginate_queryset(queryset, request, view))


class RefusedPages(NewestFirst):
    """Those that were refused last first."""

    ordering = ("-refused_at", "-id")


@extend_schema_view(get=extend_schema(operation_id="rules_list"))
@needs(post=Right.ADMIN)
class RuleListView(ListAPIView):
    """All rules in the order in which they are judged, with what they would concern now."""

    serializer_class = RuleSerializer
    pagination_class = RulePages

    def get_queryset(self) -> QuerySet[Rule]:
        return Rule.objects.select_related("collection", "created_by")

    @extend_schema(request=NewRuleSerializer, responses={201: RuleSerializer})
    def post(self, request: Request) -> Response:
        """Make a rule, which is judged after all others."""
        values = RuleValues(**read_body(NewRuleSerializer, request))
        return Response(_show(create_rule(values, by=actor_of(request))), status=201)


@needs(Right.ADMIN, get=Right.READ)
class RuleView(APIView):
    """One rule."""

    @extend_schema(responses=RuleSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """A rule with what it would concern now."""
        return Response(_show(find_rule(uid)))

    @extend_schema(request=RuleChangeSerializer, responses=RuleSerializer)
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change a rule; photos that it judged stay as they are."""
        rule = find_rule(uid)
        change_rule(rule, read_body(RuleChangeSerializer, request), by=actor_of(request))
        return Response(_show(rule))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Delete a rule; what it said of photos stays."""
        delete_rule(find_rule(uid), by=actor_of(request))
        return Response(status=204)


@needs(Right.ADMIN)
class RuleOrderView(APIView):
    """The order in which rules are judged."""

    @extend_schema(request=RuleOrderSerializer, responses=RuleSerializer(many=True))
    def put(self, request: Request) -> Response:
        """Let rules be judged in this order: every rule's uid once."""
        order_rules(read_body(RuleOrderSerializer, request)["rules"], by=actor_of(request))
        rules = Rule.objects.select_related("collection", "created_by")
        return Response(RuleSerializer(describe_rules(rules), many=True).data)


@needs(post=Right.READ)
class RuleTrialView(APIView):
    """What a rule would do."""

    @extend_schema(request=None, responses=RuleTrialSerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Count the photos of the library that the rule would concern; changes nothing."""
        rule = find_rule(uid)
        try:
            query = read_rule_query(rule.query)
        except InvalidQuery as error:
            problems = {f"query.{name}": found for name, found in error.errors.items()}
            raise InvalidQuery(problems) from error
        trial = {
            "photos": count_concerned(query, sources=rule.sources),
            "of": Asset.objects.count(),
        }
        return Response(RuleTrialSerializer(trial).data)


@extend_schema_view(get=extend_schema(operation_id="refused_list"))
class RefusedListView(ListAPIView):
    """Photos that rules refused, with the reasons in `verdict`; the last one first."""

    serializer_class = AnalyzedAssetSerializer
    pagination_class = RefusedPages

    def get_queryset(self) -> QuerySet[Asset]:
        return assets_for_lists(refused_assets())


class AcceptView(APIView):
    """Bringing a refused photo back."""

    @extend_schema(request=None, responses=AnalyzedAssetSerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Accept a refused photo: it is in the library again, with its faces and collections."""
        accept(get_object_or_404(Asset.everything, uid=uid), user=person(request))
        return Response(_show_asset(request, uid))


@needs(Right.ADMIN)
class JudgeView(APIView):
    """Judging a photo again."""

    @extend_schema(request=None, responses=AnalyzedAssetSerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Let the present rules judge a photo, whatever was said of it before.

        One that is not analyzed yet is judged as soon as it is.
        """
        judge_again(get_object_or_404(Asset.everything, uid=uid))
        return Response(_show_asset(request, uid))


def _show(rule: Rule) -> dict[str, Any]:
    shown: dict[str, Any] = RuleSerializer(describe_rule(rule)).data
    return shown


def _show_asset(request: Request, uid: UUID) -> dict[str, Any]:
    asset = get_object_or_404(assets_for_lists(Asset.everything.all()), uid=uid)
    shown: dict[str, Any] = AnalyzedAssetSerializer(asset, context={"request": request}).data
    return shown
