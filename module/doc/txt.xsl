<?xml version="1.0"?>
<!-- DocBook as one HTML page that a text browser makes into module/README, in the form of Kamailio's own modules. -->
<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">
	<xsl:import href="http://docbook.sourceforge.net/release/xsl/current/html/docbook.xsl"/>
	<xsl:param name="section.autolabel" select="1"/>
	<xsl:param name="section.label.includes.component.label" select="0"/>
	<xsl:param name="toc.section.depth" select="4"/>
	<xsl:param name="generate.section.toc.level" select="1"/>
	<xsl:param name="table.borders.with.css" select="0"/>
	<xsl:param name="generate.id.attributes" select="0"/>
	<xsl:param name="generate.meta.abstract" select="0"/>
</xsl:stylesheet>
